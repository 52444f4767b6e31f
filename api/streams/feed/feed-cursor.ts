// Where a reader of a user's feed stands, as the `id` of its frames.
import { decodeOpaque, encodeOpaque, markOf } from "../opaque-cursor.ts";

const FORM = /^f1:([0-9a-f]{12}):(\d{1,15})$/;

/** @param toldMs all that was committed before this time, by the database's clock, has been told */
export function encodeFeedCursor(ownerId: string, toldMs: number): string {
  return encodeOpaque(`f1:${markOf(ownerId)}:${toldMs}`);
}

/** Null for any text that is not a cursor of this user's feed. */
export function decodeFeedCursor(ownerId: string, text: string | undefined): number | null {
  const found = decodeOpaque(FORM, text);
  return found === null || found[1] !== markOf(ownerId) ? null : Number(found[2]);
}
