// What a client changed must be what it saw (SPEC E8).
import { Refusal } from "../../core/chat/refusal.ts";
import type { ChatRow } from "../row/chat-row.ts";

/** Call it with the locked chat, in the transaction of the change. @throws Refusal `history_changed` */
export function requireHistory(chat: Pick<ChatRow, "history_version">, expected: number | undefined): void {
  if (expected === undefined || chat.history_version === expected) return;
  throw new Refusal("history_changed", `the history is at version ${chat.history_version}, not ${expected}`);
}
