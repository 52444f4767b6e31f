// Where a reader of a chat stands, as the `id` of its frames.
import { decodeOpaque, encodeOpaque, markOf } from "../../opaque-cursor.ts";

/** All changes up to `version` and, of the answer in flight, the parts of `episode` up to `seq` have been sent. */
export interface Cursor {
  readonly version: number;
  /** Episode of the answer being written; null when none is. */
  readonly episode: string | null;
  readonly seq: number;
}

const FORM = /^1:([0-9a-f]{12}):(\d{1,15}):(\d{1,15}):(\d{1,15}\.\d{1,15})?$/;

export function encodeCursor(chatId: string, { version, episode, seq }: Cursor): string {
  return encodeOpaque(`1:${markOf(chatId)}:${version}:${seq}:${episode ?? ""}`);
}

/** Null for any text that is not a cursor of this chat. */
export function decodeCursor(chatId: string, text: string | undefined): Cursor | null {
  const found = decodeOpaque(FORM, text);
  if (found === null || found[1] !== markOf(chatId)) return null;
  return { version: Number(found[2]), seq: Number(found[3]), episode: found[4] ?? null };
}
