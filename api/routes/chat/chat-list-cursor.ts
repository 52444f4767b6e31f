// The API speaks HTTP and the store; this file: where a list goes on, opaque to clients.
import { z } from "zod";
import { Refusal } from "../../../core/chat/refusal.ts";
import type { ChatPosition } from "../../../store/chat/list-chats.ts";

const position = z.tuple([z.int32().nullable(), z.int().nonnegative(), z.uuid()]);

export function writeChatCursor({ pin_order, updated_us, id }: ChatPosition): string {
  return Buffer.from(JSON.stringify([pin_order, updated_us, id])).toString("base64url");
}

/** @throws Refusal `invalid_cursor` */
export function readChatCursor(cursor: string): ChatPosition {
  try {
    const parsed = position.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    const [pin_order, updated_us, id] = parsed;
    return { pin_order, updated_us, id };
  } catch {
    throw new Refusal("invalid_cursor", "`after` is the `next_cursor` of an earlier answer");
  }
}
