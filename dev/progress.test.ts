import assert from "node:assert/strict";
import { test } from "node:test";
import { type BoxContents, renderBox } from "./box.ts";
import { createProgress } from "./progress.ts";

function screen(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, write: (text: string) => void written.push(text), text: () => written.join("") };
}

test("elsewhere than on a terminal each step is one plain line with its time", async () => {
  const plain = screen(false);
  let now = 0;
  const progress = createProgress(plain, {}, () => now);
  await progress.step("Postgres", async (note) => {
    note("initdb");
    now = 1_840;
  });
  await assert.rejects(progress.step("Temporal", () => Promise.reject(new Error("no"))));
  assert.equal(plain.text(), "  … Postgres: initdb\n  ✔ Postgres: initdb 1.8 s\n  ✘ Temporal 0.0 s\n");
});

test("a terminal gets colours, unless NO_COLOR is set", async () => {
  for (const [env, expected] of [
    [{}, true],
    [{ NO_COLOR: "1" }, false],
  ] as const) {
    const terminal = screen(true);
    await createProgress(terminal, env, () => 0).step("API", () => Promise.resolve());
    assert.equal(terminal.text().includes("\u001b[32m✔"), expected);
  }
});

const contents = {
  apiUrl: "http://127.0.0.1:3100",
  apiKey: "ek_x",
  temporalAddress: "127.0.0.1:7233",
  temporalUiUrl: "http://127.0.0.1:8233",
  databaseUrl: "postgres://everturn:p@127.0.0.1:5433/everturn",
  isOwnDatabase: true,
  model: "demo",
  console: { type: "ready" },
  logFolder: ".data/logs",
  startedInMs: 2_345,
} as const;

test("the box does not print the password of a database that was brought along", () => {
  const databaseUrl = "postgres://me:hunter2@db.example:5432/x?sslmode=require&password=hunter2";
  const box = renderBox({ ...contents, databaseUrl, isOwnDatabase: false });
  assert.doesNotMatch(box, /hunter2/);
  assert.match(box, /postgres:\/\/me:\*\*\*@db\.example:5432\/x\?sslmode=require/);
});

test("the box says where the console is, and how far when it is not ready", () => {
  const rowOf = (console: BoxContents["console"]) =>
    /Console +([^│]*?) *│/.exec(renderBox({ ...contents, console }))?.[1];
  assert.equal(rowOf({ type: "ready" }), "http://127.0.0.1:3100");
  assert.equal(rowOf({ type: "building", expectedS: 15 }), "http://127.0.0.1:3100 (being built, some 15 s)");
  assert.equal(
    rowOf({ type: "failed", reason: "x", hasOlder: true }),
    "http://127.0.0.1:3100 (an older one)",
  );
  assert.equal(rowOf({ type: "failed", reason: "x", hasOlder: false }), "– (it could not be built)");
  assert.equal(rowOf({ type: "off" }), undefined);
  assert.match(renderBox(contents), /http:\/\/127\.0\.0\.1:3100\/sign-in#ek_x\n/);
  assert.doesNotMatch(renderBox({ ...contents, console: { type: "off" } }), /sign-in/);
});

test("the box names every address and ends with a curl", () => {
  const box = renderBox(contents);
  for (const words of [
    "http://127.0.0.1:3100/docs",
    "ek_x",
    "127.0.0.1:7233",
    "http://127.0.0.1:8233",
    "5433/everturn",
    "2.3 s",
  ]) {
    assert.ok(box.includes(words), words);
  }
  const widths = new Set(
    box
      .split("\n")
      .filter((line) => /^[┌│└]/.test(line))
      .map((line) => line.length),
  );
  assert.equal(widths.size, 1);
  assert.match(
    box,
    /curl -sN http:\/\/127\.0\.0\.1:3100\/v1\/chats\/\$CHAT\/stream -H 'Authorization: Bearer ek_x'\n$/,
  );
});
