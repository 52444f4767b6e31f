// Copies a chat, whatever it does meanwhile, and sends the copy a message.
import type { Message } from "../../core/chat/message.ts";
import type { ApiClient } from "./api-client.ts";
import { type LedgerFork, openLedger } from "./chat-ledger.ts";
import { wordsOf } from "./check/expected-answer.ts";
import type { MessagePlan } from "./plan/plan.ts";

export interface ForkInput {
  readonly api: ApiClient;
  /** The chat that is copied. */
  readonly source: string;
  readonly until: number | null;
  readonly message: MessagePlan;
}

export async function forkChat({ api, source, until, message }: ForkInput): Promise<LedgerFork> {
  const before = await messagesOfChat(api, source);
  const body = until === null ? {} : { message_id: until };
  const forked = await api.ask("POST", `/v1/chats/${source}/fork`, body);
  const after = await messagesOfChat(api, source);
  if (forked.status !== 201) throw new Error(`fork answered ${JSON.stringify(forked)}`);
  const id = forked.body.id as string;
  const ledger = openLedger();
  ledger.rounds.push({ interrupts: 0, isInOrder: true, compactions: { manual: 0, automatic: 0 } });
  const content = wordsOf(message);
  const sent = await api.ask("POST", `/v1/chats/${id}/messages`, { content });
  const { key } = message;
  const entry = { key, round: 0, steers: false, message_id: null, queued_id: null } as const;
  ledger.entries.set(key, { ...entry, fate: sent.status < 400 ? "accepted" : "refused" });
  if (sent.status >= 400) ledger.surprises.push(`send to a fork was answered ${JSON.stringify(sent)}`);
  return { id, key, before, after, until, ledger };
}

/** As people see them, oldest first. */
export async function messagesOfChat(api: ApiClient, chatId: string): Promise<Message[]> {
  const { body } = await api.ask("GET", `/v1/chats/${chatId}/messages?limit=200`);
  return (body.messages as Message[]).toSorted((a, b) => a.id - b.id);
}
