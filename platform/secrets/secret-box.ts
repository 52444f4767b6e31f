// Encrypts secrets at rest with a key that has a name, so that the key can change.
import { createHash } from "node:crypto";
import { seal, UnsealError, unseal } from "./crypto.ts";

/** Enough to tell the two keys of a rotation apart; says nothing about the key itself. */
const KEY_ID_DIGITS = 8;

export interface SecretBox {
  /** Name of the key that encrypts: the first digits of its SHA-256. */
  readonly keyId: string;
  /** `boundTo` names the row: a text that is copied into another row cannot be opened there. */
  seal(text: string, boundTo: string): string;
  /** @throws UnsealError if the key with that name is not here, or the text does not belong to that row */
  open(sealed: string, keyId: string | null, boundTo: string): string;
  /** For secrets that live so briefly that nobody stored the key's name. @throws UnsealError if no key opens it */
  openAny(sealed: string, boundTo: string): string;
}

export interface SecretKeys {
  readonly secretKey: Uint8Array;
  /** The key before the last change. It only decrypts. */
  readonly secretKeyPrevious?: Uint8Array | undefined;
}

export function createSecretBox({ secretKey, secretKeyPrevious }: SecretKeys): SecretBox {
  const keys = new Map<string, Uint8Array>();
  if (secretKeyPrevious !== undefined) keys.set(secretKeyId(secretKeyPrevious), secretKeyPrevious);
  const current = secretKeyId(secretKey);
  keys.set(current, secretKey);
  return {
    keyId: current,
    seal: (text, boundTo) => seal(text, secretKey, boundTo),
    open(sealed, keyId, boundTo) {
      const key = keys.get(keyId ?? current);
      if (key === undefined) throw new UnsealError(`the secret key ${keyId} is not configured`);
      return unseal(sealed, key, boundTo);
    },
    openAny(sealed, boundTo) {
      try {
        return unseal(sealed, secretKey, boundTo);
      } catch (error) {
        if (secretKeyPrevious === undefined) throw error;
        return unseal(sealed, secretKeyPrevious, boundTo);
      }
    },
  };
}

export function secretKeyId(key: Uint8Array): string {
  return createHash("sha256").update(key).digest("hex").slice(0, KEY_ID_DIGITS);
}
