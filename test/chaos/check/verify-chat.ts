// Waits until one chat rests and its readers have arrived, and holds all there is of it
// against what was sent.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Message } from "../../../core/chat/message.ts";
import { chatWorkflowId } from "../../../workflows/contract.ts";
import type { ApiClient } from "../api-client.ts";
import type { ChaosReader } from "../chaos-reader.ts";
import type { ChatLedger } from "../chat-ledger.ts";
import { messagesOfChat } from "../fork-chat.ts";
import { readMarks } from "../mcp/marks.ts";
import type { ChatPlan } from "../plan/plan.ts";
import type { World } from "../world.ts";
import { type CallFacts, checkCalls } from "./check-calls.ts";
import { checkCompactions, checkInstructions } from "./check-compactions.ts";
import { checkMessages } from "./check-messages.ts";
import { checkNotes, checkView, type Stored, showsStored } from "./check-view.ts";
import { RAN_FILE } from "./expected-answer.ts";
import type { Finding } from "./finding.ts";
import { readRows, type StoredRow } from "./stored-row.ts";

const POLL_MS = 50;
/** Many workers in a row may be lost on the way; past so many heartbeat timeouts nothing comes any more. */
const REST_TIMEOUTS = 50;
const ARRIVE_MS = 120_000;

/** What of a chat must still be true at the end of the run. */
export interface Verified {
  readonly chat_id: string;
  readonly history_version: number;
}

interface ChatState {
  readonly status: string;
  readonly queue_length: number;
  readonly history_version: number;
  readonly workspace_id: string | null;
}

/** Where a chat stands that does not come to rest. */
export class Stuck extends Error {}

/** The chat's row as soon as it rests. Throws `Stuck` when it does not in fifty heartbeat timeouts. */
export async function untilRest(world: World, chatId: string): Promise<ChatState> {
  const endsAt = performance.now() + REST_TIMEOUTS * world.heartbeatTimeoutMs;
  for (;;) {
    const state = await stateOf(world, chatId).catch(() => null);
    if (state?.status === "waiting" || state?.status === "error") return state;
    if (performance.now() > endsAt) {
      const hangs = await whereItHangs(world, chatId).catch(() => "Temporal does not answer");
      throw new Stuck(`chat ${chatId} does not come to rest: ${JSON.stringify({ ...state, hangs })}`);
    }
    await sleep(POLL_MS);
  }
}

/** What the chat's workflow waits for. */
async function whereItHangs({ client }: World, chatId: string): Promise<unknown> {
  const { raw, status } = await client.workflow.getHandle(chatWorkflowId(chatId)).describe();
  const waits = (raw.pendingActivities ?? []).map(({ activityType, attempt, lastFailure }) => {
    return { activity: activityType?.name, attempt, failure: lastFailure?.message };
  });
  return { run: status.name, waits };
}

async function stateOf({ pool }: World, chatId: string): Promise<ChatState | null> {
  const { rows } = await pool.query<ChatState>(
    "select status, queue_length, history_version, workspace_id from chats where id = $1",
    [chatId],
  );
  return rows[0] ?? null;
}

export interface ChatToVerify {
  readonly world: World;
  readonly api: ApiClient;
  readonly plan: ChatPlan;
  readonly ledger: ChatLedger;
  readonly readers: readonly ChaosReader[];
  readonly chatId: string;
  /** Of a fork: how many messages it has from its source, as people see them. */
  readonly copied?: number;
}

export interface Verification {
  readonly findings: readonly Finding[];
  readonly verified: Verified;
  readonly rows: readonly StoredRow[];
  /** As people see them. */
  readonly messages: readonly Message[];
  readonly workspace_id: string | null;
}

export async function verifyChat(chat: ChatToVerify): Promise<Verification> {
  const { world, plan, ledger, readers, chatId } = chat;
  const where = plan.name;
  const state = await untilRest(world, chatId);
  const stored = await storedOf(chat);
  await untilArrived(readers, stored);
  const all = await patiently(() => readRows(world.pool, chatId));
  const from = chat.copied === undefined ? 0 : (stored.messages[chat.copied]?.id ?? Number.POSITIVE_INFINITY);
  const rows = all.filter(({ id }) => id >= from);
  const facts = { name: where, rounds: plan.rounds, ledger, rows, status: stored.status };
  const findings: Finding[] = [
    ...ledger.surprises.map((what): Finding => ({ invariant: 0, kind: "broken", where, what })),
    ...checkMessages(facts),
    ...checkCalls(callFacts(chat, rows, state.workspace_id)),
    ...checkCompactions(facts),
    ...checkInstructions({ name: where, rows: all }, plan.ground === "project"),
    ...readers.flatMap((reader, at) => [
      ...checkView(`${where} reader ${at + 1}`, reader.view, stored),
      ...checkNotes(`${where} reader ${at + 1}`, reader.violations),
    ]),
  ];
  const verified = { chat_id: chatId, history_version: state.history_version };
  return { findings, verified, rows, messages: stored.messages, workspace_id: state.workspace_id };
}

function callFacts(
  { world, plan, ledger }: ChatToVerify,
  rows: readonly StoredRow[],
  workspace: string | null,
): CallFacts {
  return {
    name: plan.name,
    rows,
    ran: readMarks(join(world.workspacesFolder, workspace ?? "none", "files", RAN_FILE)),
    marks: readMarks(world.mcpJournal),
    answers: ledger.answers,
    killed: world.killed,
    interrupts: ledger.rounds.reduce((sum, round) => sum + round.interrupts, 0),
  };
}

async function storedOf({ api, chatId }: ChatToVerify): Promise<Stored> {
  const messages = await messagesOfChat(api, chatId);
  const chat = await api.ask("GET", `/v1/chats/${chatId}`);
  return { messages, status: chat.body.status };
}

async function untilArrived(readers: readonly ChaosReader[], stored: Stored): Promise<void> {
  for (const reader of readers) reader.stay();
  const endsAt = performance.now() + ARRIVE_MS;
  while (!readers.every(({ view }) => showsStored(view, stored)) && performance.now() < endsAt) {
    await sleep(POLL_MS);
  }
}

/** The database may be on its way back. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  const endsAt = performance.now() + ARRIVE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > endsAt) throw error;
      await sleep(POLL_MS);
    }
  }
}
