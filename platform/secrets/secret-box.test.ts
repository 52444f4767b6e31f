// Tests secrets at rest when keys change.
import assert from "node:assert/strict";
import { test } from "node:test";
import { UnsealError } from "./crypto.ts";
import { createSecretBox, secretKeyId } from "./secret-box.ts";

const [OLD, NEW] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

test("B1 a key's name is eight hex digits of its hash", () => {
  assert.match(secretKeyId(OLD), /^[0-9a-f]{8}$/);
  assert.notEqual(secretKeyId(OLD), secretKeyId(NEW));
});

test("B1 after a change of the secret key, what the previous one sealed still opens", () => {
  const before = createSecretBox({ secretKey: OLD });
  const sealed = before.seal("sk-secret", "model_providers/1");
  const after = createSecretBox({ secretKey: NEW, secretKeyPrevious: OLD });
  assert.equal(after.open(sealed, before.keyId, "model_providers/1"), "sk-secret");
  assert.equal(after.openAny(sealed, "model_providers/1"), "sk-secret");
  assert.equal(after.keyId, secretKeyId(NEW));
});

test("B1 a sealed text opens in no other row, and not without its key", () => {
  const before = createSecretBox({ secretKey: OLD });
  const sealed = before.seal("sk-secret", "model_providers/1");
  assert.throws(() => before.open(sealed, before.keyId, "model_providers/2"), UnsealError);
  const alone = createSecretBox({ secretKey: NEW });
  assert.throws(() => alone.open(sealed, before.keyId, "model_providers/1"), UnsealError);
});
