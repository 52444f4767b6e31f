// Encrypts and hashes secrets, with node:crypto alone.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

// The version comes first, so that a later cipher can be told from this one.
const SEAL_VERSION = "s1";
// 12 bytes is the nonce length GCM is specified for (NIST SP 800-38D, 8.2).
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The text was encrypted with another key or for another place, or was changed. */
export class UnsealError extends Error {
  constructor(reason: string) {
    super(`cannot unseal: ${reason}`);
    this.name = "UnsealError";
  }
}

/**
 * Encrypts a text with AES-256-GCM, a 32-byte key and a random nonce. `boundTo` names the place of the text (a row, a
 * chat): it cannot be opened anywhere else.
 */
export function seal(text: string, key: Uint8Array, boundTo = ""): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(boundTo));
  const sealed = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${SEAL_VERSION}.${sealed.toString("base64url")}`;
}

/**
 * Decrypts what `seal` made, with the same key and `boundTo`.
 * @throws UnsealError
 */
export function unseal(sealed: string, key: Uint8Array, boundTo = ""): string {
  const [version, encoded] = sealed.split(".");
  if (version !== SEAL_VERSION || encoded === undefined)
    throw new UnsealError("not a sealed text of this version");
  const bytes = Buffer.from(encoded, "base64url");
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new UnsealError("too short");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(boundTo));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch {
    throw new UnsealError("wrong key, wrong place or altered text");
  }
}

/** SHA-256 of a text's UTF-8 bytes, as 64 lower-case hex digits. */
export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
