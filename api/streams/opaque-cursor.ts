// Where a reader of a stream stands, as the `id` of its frames: a text that readers give back and do not look into.

const cursorCharsMax = 256;

/** The last field of a UUIDv7 is random: enough to tell one id from another in a frame that is sent per part. */
export function markOf(id: string): string {
  return id.slice(-12).toLowerCase();
}

export function encodeOpaque(text: string): string {
  return Buffer.from(text, "latin1").toString("base64url");
}

/** Total: null for whatever does not have the form. */
export function decodeOpaque(form: RegExp, cursor: string | undefined): RegExpExecArray | null {
  if (cursor === undefined || cursor.length > cursorCharsMax) return null;
  return form.exec(Buffer.from(cursor, "base64url").toString("latin1"));
}
