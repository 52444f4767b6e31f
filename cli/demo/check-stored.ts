// The demo is a client like any other: this file compares what was streamed with what is stored.
import { isDeepStrictEqual } from "node:util";
import type { ChatFollower } from "./follow-chat.ts";
import type { Rest } from "./rest.ts";

/** What differs, in words, of a chat at rest; empty when the promises held. */
export async function differences(rest: Rest, chatId: string, follower: ChatFollower): Promise<string[]> {
  const [stored, chat] = await Promise.all([rest.messages(chatId), rest.chat(chatId)]);
  const { view } = follower;
  const found = [...follower.violations];
  for (const message of stored) {
    const shown = view.messages.find(({ id }) => id === message.id);
    if (shown === undefined) found.push(`message ${message.id} is stored and was not streamed`);
    else if (!isDeepStrictEqual(shown, message)) {
      found.push(
        `message ${message.id}: streamed ${JSON.stringify(shown)}, stored ${JSON.stringify(message)}`,
      );
    }
  }
  for (const { id } of view.messages) {
    if (!stored.some((message) => message.id === id))
      found.push(`message ${id} was streamed and is not stored`);
  }
  if ([...view.previews.values()].some(({ content }) => content.size > 0)) {
    found.push("a part is shown that no message holds");
  }
  if (view.status !== chat.status) found.push(`status: streamed ${view.status}, stored ${chat.status}`);
  return found;
}
