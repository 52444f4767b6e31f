// Tests: files in whole turns: what a model is sent of them, what tools make of them, and what happens when they are gone.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import type { FilePart, JsonObject, ToolResultPart } from "../../core/part/part.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { oneGif, onePdf, onePng } from "../support/odd/file-bytes.ts";
import { assertSettled, script, storedMessages } from "../support/turn/settled.ts";
import { BUILD, resultsOf, workspaceChat } from "../support/workspace/workspace-chats.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
});
after(() => everturn.stop());

async function upload(bytes: Uint8Array, type: string, name: string): Promise<FilePart> {
  const response = await fetch(`${everturn.url}/v1/files?name=${encodeURIComponent(name)}`, {
    method: "POST",
    headers: { authorization: `Bearer ${everturn.key}`, "content-type": type },
    body: bytes as Uint8Array<ArrayBuffer>,
  });
  assert.equal(response.status, 201);
  const { id } = (await response.json()) as { id: string };
  return { type: "file", file_id: id, media_type: type, name };
}

const said = (key: string) => ({ type: "text", text: script({ text: `answer ${key}` }, key) });

/** A text of a result. */
function textIn(part: ToolResultPart | undefined, field: string): string {
  const value = (part?.result as JsonObject | undefined)?.[field];
  assert.ok(typeof value === "string");
  return value;
}

/** The input of each call under this key, as Responses has it. */
function inputs(key: string): readonly unknown[][] {
  return everturn.model.requests(key).map(({ body }) => (body as unknown as { input: unknown[] }).input);
}

async function turn(chatId: string | null, content: readonly unknown[]): Promise<string> {
  const [path, body] =
    chatId === null ? ["/v1/chats", { content }] : [`/v1/chats/${chatId}/messages`, { content }];
  const made = await everturn.call<{ id?: string }>("POST", path, body);
  const id = chatId ?? made.id ?? "";
  await everturn.reader(id).untilIdle();
  return id;
}

test("C5 files of a message reach the model in every later turn, at the same place: the early prompt stays as it is", async () => {
  const picture = await upload(onePng, "image/png", "red.png");
  const paper = await upload(onePdf, "application/pdf", "paper.pdf");
  const table = await upload(Buffer.from("a,b\n1,2\n"), "text/csv", "table.csv");
  const chat = await turn(null, [picture, paper, table, said("first")]);
  await turn(chat, [said("second")]);
  const [first] = inputs("first");
  const text = JSON.stringify(first);
  assert.ok(text.includes(`data:image/png;base64,${onePng.toString("base64")}`));
  assert.ok(text.includes(`data:application/pdf;base64,${onePdf.toString("base64")}`));
  assert.ok(text.includes("table.csv (text/csv): all 8 bytes"));
  const [second = []] = inputs("second");
  assert.deepEqual(second.slice(0, first?.length), first);
  const stored = await assertSettled(everturn, chat, []);
  assert.deepEqual(stored[0]?.content.slice(0, 3), [picture, paper, table]);
});

test("C5 a file that was deleted is words in the next call, and in the message it stays what it was", async () => {
  const picture = await upload(oneGif, "image/gif", "gone.gif");
  const chat = await turn(null, [picture, said("before")]);
  assert.match(JSON.stringify(inputs("before")), /data:image\/gif/);
  await everturn.call("DELETE", `/v1/files/${picture.file_id}`);
  await turn(chat, [said("after")]);
  const text = JSON.stringify(inputs("after"));
  assert.match(text, /gone\.gif \(image\/gif\): not shown, because it was deleted/);
  assert.doesNotMatch(text, /data:image/);
  assert.deepEqual((await storedMessages(everturn, chat))[0]?.content[0], picture);
});

test("C5 files beyond what a request may carry are words, the newest are shown, and the worker lives", async () => {
  const large = (i: number) => Buffer.concat([onePng, Buffer.alloc(7 * 1024 ** 2, i), Buffer.from("IEND")]);
  const files = await Promise.all([1, 2, 3].map((i) => upload(large(i), "image/png", `large-${i}.png`)));
  await turn(null, [...files, said("large")]);
  const text = JSON.stringify(inputs("large"));
  assert.match(
    text,
    /large-1\.png \(image\/png\): not shown, because the files of this conversation are too much/,
  );
  assert.equal(text.match(/data:image\/png/g)?.length, 1);
  assert.ok(text.lastIndexOf("data:image/png") > text.indexOf("large-3.png"));
});

test("C5 W6 read_file of a picture gives the picture, attach_file gives people a download", async () => {
  const encoded = onePng.toString("base64");
  const { chat, reader } = await workspaceChat(
    everturn,
    [
      {
        tool_calls: [
          {
            name: "execute",
            args: {
              command: `echo ${encoded} | base64 -d > red.png; echo '# Hi' > notes.md; head -c 20 /dev/zero > zero.bin; echo x > no.png`,
            },
          },
        ],
      },
      {
        tool_calls: [
          { name: "read_file", args: { path: "red.png" } },
          { name: "read_file", args: { path: "red.png" } },
          { name: "attach_file", args: { path: "notes.md" } },
          { name: "attach_file", args: { path: "zero.bin" } },
          { name: "attach_file", args: { path: "missing.md" } },
          { name: "read_file", args: { path: "no.png" } },
        ],
      },
      { text: "seen" },
    ],
    "pictures",
  );
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  const [read, again, refused] = resultsOf(stored, "read_file") as readonly ToolResultPart[];
  const [file] = read?.files ?? [];
  assert.deepEqual([file?.name, file?.media_type, read?.is_error], ["red.png", "image/png", false]);
  assert.deepEqual(again?.files, read?.files, "the same bytes are one file");
  assert.equal(textIn(refused, "content"), "1\tx", "a name makes no picture");
  const [attached, zero, missing] = resultsOf(stored, "attach_file") as readonly ToolResultPart[];
  assert.equal(attached?.files?.[0]?.for_people, true);
  assert.deepEqual([zero?.is_error, missing?.is_error], [true, true]);
  const url = textIn(attached, "url");
  const response = await fetch(everturn.url + url, { headers: { authorization: `Bearer ${everturn.key}` } });
  assert.equal(await response.text(), "# Hi\n");
  const last = JSON.stringify(inputs("pictures").at(-1));
  assert.equal(last.match(/data:image\/png/g)?.length, 2, "each result shows it");
  assert.doesNotMatch(last, /Attached file: notes/);
});

test("C5 save_file puts an uploaded file into the workspace as it is, and names what there is when it is asked for another", async () => {
  const csv = Buffer.concat([Buffer.from("città,n\r\n"), Buffer.alloc(300_000, "x,1\n")]);
  const sha256 = createHash("sha256").update(csv).digest("hex");
  const file = await upload(csv, "text/csv", "table.csv");
  const foreign = await upload(Buffer.from("other"), "text/plain", "other.txt");
  const calls = [
    { file: "table.csv" },
    { file: file.file_id, path: "in/t.csv" },
    { file: "nothing.csv" },
    { file: foreign.file_id },
    { file: "table.csv", path: "../t.csv" },
  ];
  const steps = [
    BUILD,
    { tool_calls: calls.map((args) => ({ name: "save_file", args })) },
    { tool_calls: [{ name: "execute", args: { command: "sha256sum table.csv in/t.csv" } }] },
  ];
  const chat = await turn(null, [file, { type: "text", text: script(steps, "saved") }]);
  const stored = await assertSettled(everturn, chat, []);
  const results = resultsOf(stored, "save_file") as readonly ToolResultPart[];
  assert.deepEqual(
    results.map(({ is_error }) => is_error),
    [false, false, true, true, true],
  );
  assert.deepEqual(results[0]?.result, {
    path: "table.csv",
    name: "table.csv",
    media_type: "text/csv",
    bytes: csv.length,
    created: true,
  });
  assert.match(JSON.stringify(results[2]?.result), /has no file .*nothing\.csv.*It has: .*table\.csv/);
  assert.doesNotMatch(JSON.stringify(results[3]?.result), /other\.txt/, "files of no message of this chat");
  const output = textIn(resultsOf(stored, "execute")[0], "output");
  assert.equal(output.match(new RegExp(sha256, "g"))?.length, 2, output);
});

test("C5 a picture that lies outside, behind a link, is refused like any other file", async () => {
  const opened = await workspaceChat(
    everturn,
    [
      { tool_calls: [{ name: "execute", args: { command: "ln -s /etc/passwd out.png; true" } }] },
      {
        tool_calls: [
          { name: "read_file", args: { path: "out.png" } },
          { name: "attach_file", args: { path: "../red.png" } },
        ],
      },
    ],
    "outside",
  );
  await opened.reader.untilIdle();
  const stored = await assertSettled(everturn, opened.chat.id, [opened.reader]);
  for (const name of ["read_file", "attach_file"])
    for (const { is_error } of resultsOf(stored, name)) assert.equal(is_error, true);
});
