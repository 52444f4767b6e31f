// Platform knows the process and its surroundings: secrets at rest, sealed under a key that has a name, so that it can change.
import { createHash } from "node:crypto";
import { seal, UnsealError, unseal } from "./crypto.ts";

/** Enough to tell the two keys of a rotation apart, and nothing about the key itself. */
const KEY_ID_DIGITS = 8;

export interface SecretBox {
  /** Names the key that seals: the first digits of its SHA-256. */
  readonly keyId: string;
  /** `boundTo` names the row: a sealed text that is copied into another row opens no more. */
  seal(text: string, boundTo: string): string;
  /** @throws UnsealError when the key of that name is not here, or the text is not of that row */
  open(sealed: string, keyId: string | null, boundTo: string): string;
  /** For what lives so briefly that nobody noted the key's name. @throws UnsealError when no key opens it */
  openAny(sealed: string, boundTo: string): string;
}

export interface SecretKeys {
  readonly secretKey: Uint8Array;
  /** Of before the last change of the key; only opens. */
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
