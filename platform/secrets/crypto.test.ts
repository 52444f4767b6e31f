import assert from "node:assert/strict";
import { test } from "node:test";
import { seal, sha256Hex, UnsealError, unseal } from "./crypto.ts";

const key = Buffer.alloc(32, 1);

test("a sealed text opens with the same key and place, and nowhere else", () => {
  const sealed = seal("geheim ✓ \u0000", key, "chat-1");
  assert.equal(unseal(sealed, key, "chat-1"), "geheim ✓ \u0000");
  assert.throws(() => unseal(sealed, key, "chat-2"), UnsealError);
  assert.throws(() => unseal(sealed, Buffer.alloc(32, 2), "chat-1"), UnsealError);
});

test("the same text never seals twice to the same bytes", () => {
  assert.notEqual(seal("a", key), seal("a", key));
  assert.equal(unseal(seal("", key), key), "");
});

test("changed, cut and foreign texts are refused", () => {
  const sealed = seal("some text", key);
  // In the middle: some bits of the last character are padding, and changing them alters nothing.
  const altered = sealed.slice(0, 10) + (sealed[10] === "A" ? "B" : "A") + sealed.slice(11);
  for (const text of [altered, sealed.slice(0, 20), "plain", "", sealed.replace("s1", "s0")]) {
    assert.throws(() => unseal(text, key), UnsealError);
  }
});

test("hashes are SHA-256 in hex", () => {
  assert.equal(sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
