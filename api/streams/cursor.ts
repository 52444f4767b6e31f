// The API speaks HTTP and the store; this file: where a reader of a stream stands, as the opaque `id` of its frames.

/** All changes up to `version` and, of the answer in flight, the parts of `episode` up to `seq` have been sent. */
export interface Cursor {
  readonly version: number;
  /** Episode of the answer being written; null when none is. */
  readonly episode: string | null;
  readonly seq: number;
}

const cursorCharsMax = 256;
const FORM = /^1:([0-9a-f]{12}):(\d{1,15}):(\d{1,15}):(\d{1,15}\.\d{1,15})?$/;

/** The last field of a UUIDv7 is random: enough to tell a chat from another in a frame that is sent per part. */
function chatMark(chatId: string): string {
  return chatId.slice(-12).toLowerCase();
}

export function encodeCursor(chatId: string, cursor: Cursor): string {
  const text = `1:${chatMark(chatId)}:${cursor.version}:${cursor.seq}:${cursor.episode ?? ""}`;
  return Buffer.from(text, "latin1").toString("base64url");
}

/** Total: null for whatever is not a cursor of this chat. */
export function decodeCursor(chatId: string, text: string | undefined): Cursor | null {
  if (text === undefined || text.length > cursorCharsMax) return null;
  const found = FORM.exec(Buffer.from(text, "base64url").toString("latin1"));
  if (found === null || found[1] !== chatMark(chatId)) return null;
  return { version: Number(found[2]), seq: Number(found[3]), episode: found[4] ?? null };
}
