// Encodes where a reader of a stream stands as the `id` of its frames: a text that readers send back without looking into
// it.

const cursorCharsMax = 256;

/** The last field of a UUIDv7 is random. It tells ids apart and keeps cursors short, of which each part has one. */
export function markOf(id: string): string {
  return id.slice(-12).toLowerCase();
}

export function encodeOpaque(text: string): string {
  return Buffer.from(text, "latin1").toString("base64url");
}

/** Null for any text that does not have the form. */
export function decodeOpaque(form: RegExp, cursor: string | undefined): RegExpExecArray | null {
  if (cursor === undefined || cursor.length > cursorCharsMax) return null;
  return form.exec(Buffer.from(cursor, "base64url").toString("latin1"));
}
