// The API speaks HTTP and the store; this file: where a reader of a user's feed stands, as the opaque `id` of its frames.

const cursorCharsMax = 256;
const FORM = /^f1:([0-9a-f]{12}):(\d{1,15})$/;

/** Tells a user from another; not more of an id than that goes into each frame. */
function ownerMark(ownerId: string): string {
  return ownerId.slice(-12).toLowerCase();
}

/** @param toldMs all that was committed before this time, by the database's clock, has been told */
export function encodeFeedCursor(ownerId: string, toldMs: number): string {
  return Buffer.from(`f1:${ownerMark(ownerId)}:${toldMs}`, "latin1").toString("base64url");
}

/** Total: null for whatever is not a cursor of this user's feed. */
export function decodeFeedCursor(ownerId: string, text: string | undefined): number | null {
  if (text === undefined || text.length > cursorCharsMax) return null;
  const found = FORM.exec(Buffer.from(text, "base64url").toString("latin1"));
  return found === null || found[1] !== ownerMark(ownerId) ? null : Number(found[2]);
}
