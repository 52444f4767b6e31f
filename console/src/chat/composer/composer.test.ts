import assert from "node:assert/strict";
import { test } from "node:test";
import { keepDraft, keepSent, moveDraft, putBack, readDraft, sentBefore, type TextStore } from "./drafts.ts";
import { refusalOfFile, typeOfFile } from "./file-types.ts";
import { commandsFor, mentionAt, typedCommand } from "./slash-commands.ts";

function aStore(): TextStore & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
  };
}

test("commands are offered as they are typed, and those of a chat only where there is one", () => {
  assert.deepEqual(
    commandsFor("/co", true)?.map((command) => command.name),
    ["compact"],
  );
  assert.deepEqual(commandsFor("/co", false), []);
  assert.equal(commandsFor("/model x", true), null);
  assert.equal(commandsFor("hello /mo", true), null);
});

test("a command has its argument, and a path is no command", () => {
  assert.deepEqual(typedCommand("/title My chat "), { name: "title", argument: "My chat" });
  assert.deepEqual(typedCommand("/stop"), { name: "stop", argument: "" });
  assert.equal(typedCommand("/etc/hosts is wrong"), null);
  assert.equal(typedCommand("/nope"), null);
});

test("a file is named behind an @ at the beginning of a word", () => {
  assert.deepEqual(mentionAt("see @src/ma", 11), { start: 4, path: "src/ma" });
  assert.deepEqual(mentionAt("@", 1), { start: 0, path: "" });
  assert.equal(mentionAt("a@b", 3), null);
});

test("drafts are kept for each chat, an empty one is forgotten, and there are fifty at most", () => {
  const store = aStore();
  keepDraft(store, "a", "one");
  keepDraft(store, "b", "two");
  assert.equal(readDraft(store, "a"), "one");
  keepDraft(store, "a", " ");
  assert.equal(readDraft(store, "a"), "");
  for (let at = 0; at < 60; at += 1) keepDraft(store, `c${at}`, "x");
  assert.equal(readDraft(store, "c0"), "");
  assert.equal(readDraft(store, "c59"), "x");
});

test("a draft that is too long is forgotten: half of it would look like all of it", () => {
  const store = aStore();
  keepDraft(store, "a", "short");
  keepDraft(store, "a", "x".repeat(100_001));
  assert.equal(readDraft(store, "a"), "");
});

test("what could not be sent stands above what was typed since, and a draft moves to the chat that was begun", () => {
  const store = aStore();
  keepDraft(store, "a", "typed since");
  putBack(store, "a", "not sent");
  assert.equal(readDraft(store, "a"), "not sent\ntyped since");
  moveDraft(store, "a", "b");
  assert.deepEqual([readDraft(store, "a"), readDraft(store, "b")], ["", "not sent\ntyped since"]);
});

test("what was sent is remembered once, newest first", () => {
  const store = aStore();
  for (const text of ["a", "b", "a"]) keepSent(store, text);
  assert.deepEqual(sentBefore(store), ["a", "b"]);
});

test("a store with something else in it is an empty one", () => {
  const store = aStore();
  for (const odd of ["{", "5", '[["a"],5,["a","b"]]']) {
    store.kept.set("everturn.drafts", odd);
    assert.doesNotThrow(() => readDraft(store, "a"));
  }
});

test("C5 a file is sent as what its browser or its name says, and source code as text", () => {
  assert.equal(typeOfFile({ name: "a.png", type: "image/png" }), "image/png");
  assert.equal(typeOfFile({ name: "notes.MD", type: "" }), "text/markdown");
  assert.equal(typeOfFile({ name: "main.rs", type: "" }), "text/plain");
  assert.equal(typeOfFile({ name: "movie.mp4", type: "video/mp4" }), null);
});

test("C5 what cannot be attached is refused in words before it is sent", () => {
  assert.equal(refusalOfFile({ name: "a.png", type: "image/png", size: 5 }), null);
  assert.match(refusalOfFile({ name: "a.png", type: "image/png", size: 0 }) ?? "", /empty/);
  assert.match(
    refusalOfFile({ name: "a.png", type: "image/png", size: 20 << 20 }) ?? "",
    /20 MiB; at most 10 MiB/,
  );
  assert.match(
    refusalOfFile({ name: "a.exe", type: "application/x-msdownload", size: 5 }) ?? "",
    /cannot be attached/,
  );
});
