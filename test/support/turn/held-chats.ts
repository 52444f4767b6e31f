// Tests: chats whose answers stand still until they are let go, and what is known of the workers that write them.
import assert from "node:assert/strict";
import type { Chat } from "../../../core/chat/message.ts";
import { onlyAnswer, tokens, untilNoRun } from "../crash.ts";
import type { Everturn } from "../everturn.ts";
import type { ChatReader } from "../reader/chat-reader.ts";
import { assertSettled, script, textOf } from "./settled.ts";

export interface HeldChat {
  readonly key: string;
  readonly chat: Chat;
  readonly reader: ChatReader;
}

/** A chat whose answer stands still after thirty parts, and again so when it is asked for once more. */
export async function heldChat(everturn: Everturn, key: string, more: Record<string, unknown> = {}) {
  const attempts = [
    { hold_until: `${key}-1`, hold_after: 30 },
    { hold_until: `${key}-2`, hold_after: 5 },
  ];
  return everturn.createChat(script({ parts: 60, attempts }, key), more);
}

/** Attempts at the answer so far, and how many of them count as lost with their workers. */
export async function attemptsAt(everturn: Everturn, { id }: Pick<Chat, "id">) {
  const { rows } = await everturn.pool.query<{ generation_attempt: number; lost_attempts: number }>(
    "select generation_attempt, lost_attempts from chats where id = $1",
    [id],
  );
  return rows[0];
}

/** Workers that are there as far as anybody knows. */
export async function presentWorkers(everturn: Everturn): Promise<number> {
  const { rows } = await everturn.pool.query<{ count: number }>(
    "select count(*) from workers where gone_at is null",
  );
  return rows[0]?.count ?? 0;
}

/** The chats' answers are whole, stored and shown once, after this many calls of the model. */
export async function assertAnswered(
  everturn: Everturn,
  chats: readonly HeldChat[],
  callsMax: number,
): Promise<void> {
  for (const { key, chat, reader } of chats) {
    await reader.untilIdle();
    const answer = onlyAnswer(await assertSettled(everturn, chat.id, [reader]));
    assert.equal(textOf(answer).trim(), tokens(60));
    assert.equal(answer.interrupted, false);
    assert.ok(everturn.model.requests(key).length <= callsMax, `calls of ${key}`);
    assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
  }
}

/** So many of them, each with a reader. Resolves when all answers stand still. */
export async function heldChats(everturn: Everturn, name: string, count: number): Promise<HeldChat[]> {
  const keys = Array.from({ length: count }, (_, at) => `${name}-${at}`);
  const chats = await Promise.all(
    keys.map(async (key) => {
      const chat = await heldChat(everturn, key);
      return { key, chat, reader: everturn.reader(chat.id) };
    }),
  );
  await Promise.all(keys.map((key) => everturn.model.waitFor({ key, event: "held" })));
  return chats;
}

export function releaseAll(everturn: Everturn, chats: readonly Pick<HeldChat, "key">[]): void {
  for (const { key } of chats) for (const gate of [1, 2]) everturn.model.release(`${key}-${gate}`);
}
