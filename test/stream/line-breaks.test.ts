// Tests: text with every line break there is (case C01), from the provider's stream through the store to readers that split
// streams as Python's `splitlines` does.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { oddCase, scriptOf } from "../support/odd/odd-case.ts";
import { type OddModel, type OddWorld, oddChat, oddModel, openOddWorld } from "../support/odd/odd-world.ts";
import { textOf } from "../support/turn/settled.ts";

const text = "a\u2028b\u2029c\u0085d\u000be";
/** What `splitlines` cuts at, beside `\r\n`. */
const LINE_ENDS = [0x0a, 0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029];
const LINES = new RegExp(`[${LINE_ENDS.map((code) => String.fromCharCode(code)).join("")}]`);

let world: OddWorld;
let model: OddModel;
before(async () => {
  world = await openOddWorld();
  const odd = oddCase("C01");
  model = await oddModel(world, odd, scriptOf({ ...odd, after: "the last again" }));
  const { model_config_id } = model;
  await world.everturn.call("PATCH", `/v1/model-configs/${model_config_id}`, { is_default: true });
});
after(() => world.stop());

/** All of a stream up to these words, or to its end. */
async function readStream(path: string, until: string, post?: object): Promise<string> {
  const { url, key } = world.everturn;
  const leave = new AbortController();
  const answer = await fetch(url + path, {
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    signal: leave.signal,
    ...(post !== undefined && { method: "POST", body: JSON.stringify(post) }),
  });
  let read = "";
  for await (const piece of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    read += piece;
    if (read.includes(until)) break;
  }
  leave.abort();
  return read;
}

/** What a reader has of it that takes each line for itself. Throws where a cut line is no JSON any more. */
function dataOf(stream: string): string {
  const lines = stream.split(LINES).filter((line) => line.startsWith("data: ") && line !== "data: [DONE]");
  return JSON.stringify(lines.map((line) => JSON.parse(line.slice("data: ".length)) as unknown));
}

test("T1 C01 no line break of a text cuts an event of any stream, and readers have the text as the provider said it", async () => {
  const played = await oddChat(world, model);
  const { chat } = played;
  const { stored } = await played.settled();
  assert.equal(textOf(stored[1] as never), text);
  await world.everturn.call("PATCH", `/v1/chats/${chat.id}`, { title: text });
  const said = { id: "c01", messages: [{ id: "m1", role: "user", parts: [{ type: "text", text: "go" }] }] };
  const streams = {
    chat: await readStream(`/v1/chats/${chat.id}/stream`, "event: caught_up"),
    feed: await readStream("/v1/chats/watch", "event: snapshot"),
    aiSdk: await readStream("/ai-sdk/chat", "data: [DONE]", said),
  };
  for (const [name, stream] of Object.entries(streams)) {
    const inJson = JSON.stringify(text).slice(1, -1);
    assert.ok(dataOf(stream).includes(inJson), name);
  }
});
