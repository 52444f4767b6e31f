// Tests of what is sent to a terminal: keys in their order, keys that are not the shell's, and links that may be opened.
import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyStrokes } from "./key-strokes.ts";
import { safeLink } from "./screen-guard.ts";
import { createKeyFilter } from "./terminal-keys.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A server that answers when the test says so. */
function aServer() {
  const sent: { readonly text: string; readonly answer: (error?: Error) => void }[] = [];
  const lost: unknown[] = [];
  const strokes = new KeyStrokes({
    send: (text) =>
      new Promise((resolve, reject) => {
        sent.push({ text, answer: (error) => (error === undefined ? resolve() : reject(error)) });
      }),
    onLost: (error) => lost.push(error),
  });
  return { strokes, sent, lost, texts: () => sent.map(({ text }) => text) };
}

test("U3 keys are sent one request after the other, and those typed meanwhile go together", async () => {
  const { strokes, sent, texts } = aServer();
  for (const key of "abc") strokes.type(key);
  assert.deepEqual(texts(), ["a"]);
  sent[0]?.answer();
  await settled();
  assert.deepEqual(texts(), ["a", "bc"]);
  sent[1]?.answer();
  await settled();
  strokes.type("d");
  assert.deepEqual(texts(), ["a", "bc", "d"]);
});

test("U3 what could not be sent takes along what was typed behind it, and the next keys are sent again", async () => {
  const { strokes, sent, lost, texts } = aServer();
  for (const key of ["rm ", "important"]) strokes.type(key);
  sent[0]?.answer(new Error("away"));
  await settled();
  assert.deepEqual([texts(), lost.length], [["rm "], 1]);
  strokes.type("ls");
  assert.deepEqual(texts(), ["rm ", "ls"]);
});

test("U3 a long paste is sent in pieces that cut no character", async () => {
  const { strokes, sent, texts } = aServer();
  const paste = `${"x".repeat(15_999)}😀${"y".repeat(20_000)}`;
  strokes.type(paste);
  for (let count = 0; count < 3; count++) {
    sent[count]?.answer();
    await settled();
  }
  assert.equal(texts().join(""), paste);
  for (const text of texts()) assert.ok(text.isWellFormed() && text.length <= 16_000);
});

type Key = Partial<Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey" | "metaKey" | "type">>;

function filter(hasSelection = false) {
  const isTheShells = createKeyFilter({ hasSelection: () => hasSelection });
  const none = { type: "keydown", ctrlKey: false, altKey: false, metaKey: false };
  return (key: Key) => isTheShells({ ...none, ...key } as KeyboardEvent);
}

test("U3 Tab is the shell's, but not right behind Escape; Shift-Tab neither", () => {
  const isTheShells = filter();
  assert.ok(isTheShells({ key: "Tab" }));
  assert.ok(isTheShells({ key: "Escape" }));
  assert.ok(!isTheShells({ key: "Tab" }));
  assert.ok(isTheShells({ key: "Tab" }), "once");
  isTheShells({ key: "Escape" });
  isTheShells({ key: "Shift" });
  assert.ok(!isTheShells({ key: "Tab" }));
  isTheShells({ key: "Escape" });
  assert.ok(isTheShells({ key: "a" }));
  assert.ok(isTheShells({ key: "Tab" }), "another key came between");
});

test("U3 Ctrl+C interrupts unless something is selected, and Ctrl+V pastes", () => {
  assert.ok(filter(false)({ key: "c", ctrlKey: true }));
  assert.ok(!filter(true)({ key: "c", ctrlKey: true }));
  assert.ok(!filter()({ key: "v", ctrlKey: true }));
  assert.ok(filter(true)({ key: "c" }));
});

test("U4 links of programs lead to web addresses and mail only", () => {
  assert.equal(safeLink("https://example.com/a b"), "https://example.com/a%20b");
  assert.equal(safeLink("mailto:a@example.com"), "mailto:a@example.com");
  for (const bad of [
    "javascript:alert(1)",
    "file:///etc/passwd",
    "data:text/html,x",
    "/relative",
    "",
    "https://",
  ])
    assert.equal(safeLink(bad), null, bad);
});
