// The message with which a chat was just made on this page: shown until the chat's stream has it.
import type { InputPart } from "../../../core/part/part.ts";

const firstMessages = new Map<string, readonly InputPart[]>();
const keptMax = 10;

export function keepFirstMessage(chatId: string, content: readonly InputPart[]): void {
  firstMessages.set(chatId, content);
  const [oldest] = firstMessages.keys();
  if (firstMessages.size > keptMax && oldest !== undefined) firstMessages.delete(oldest);
}

export function firstMessageOf(chatId: string): readonly InputPart[] | null {
  return firstMessages.get(chatId) ?? null;
}
