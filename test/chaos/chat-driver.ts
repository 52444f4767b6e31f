// Plays the moves of one chat and writes down the answers.
import { setTimeout as sleep } from "node:timers/promises";
import { assertNever } from "../../core/assert-never.ts";
import type { DemoModel } from "../../dev/demo-model/server.ts";
import type { Answered, ApiClient } from "./api-client.ts";
import { ChatAnswers, WAITS } from "./chat-answers.ts";
import type { ChatLedger, LedgerEntry, LedgerFork, RoundRecord } from "./chat-ledger.ts";
import { markOf, wordsOf } from "./check/expected-answer.ts";
import { forkChat } from "./fork-chat.ts";
import type { BusyBehavior, ChatPlan, MessagePlan, Move, Round } from "./plan/plan.ts";

/** The model may be slow to begin while a worker is dead; then the move is made all the same, only earlier than planned. */
const AWAIT_PARTS_MS = 10_000;

const OUT_OF_ORDER: readonly Move["type"][] = ["reposition", "promote", "rewrite"];

type QueueMove = Extract<Move, { readonly type: "promote" | "reposition" | "delete" | "rewrite" }>;

export interface DriverDeps {
  readonly api: ApiClient;
  readonly model: DemoModel;
  readonly plan: ChatPlan;
  readonly ledger: ChatLedger;
  readonly modelConfigId: string;
  readonly projectFolder: string;
  readonly mcpServerIds: readonly string[];
  readonly untilRest: (chatId: string) => Promise<unknown>;
  readonly onFork: (fork: LedgerFork) => void;
  /** Waits until another message may be sent, and counts it. */
  readonly begin: () => Promise<void>;
}

export class ChatDriver {
  readonly #deps: DriverDeps;
  readonly #created = Promise.withResolvers<string>();
  #chatId: string | null = null;

  constructor(deps: DriverDeps) {
    this.#deps = deps;
  }

  get #answers(): ChatAnswers {
    const { api, ledger } = this.#deps;
    return new ChatAnswers({ api, ledger, chatId: this.#chatId ?? "" });
  }

  /** The chat's id, once its first message is accepted. */
  get created(): Promise<string> {
    return this.#created.promise;
  }

  async play(round: Round): Promise<void> {
    const { ledger } = this.#deps;
    const isInOrder = !round.moves.some(({ type }) => OUT_OF_ORDER.includes(type));
    const record: RoundRecord = { interrupts: 0, isInOrder, compactions: { manual: 0, automatic: 0 } };
    ledger.rounds.push(record);
    for (const move of round.moves) await this.#play(move, record);
    if (round.kind === "compacted-by-threshold") record.compactions.automatic++;
  }

  async #play(move: Move, record: RoundRecord): Promise<void> {
    const { model } = this.#deps;
    switch (move.type) {
      case "send":
        if (move.busy === "interrupt") record.interrupts++;
        return this.#send(move.message, move.busy);
      case "await-parts": {
        const { key, count } = move;
        await model
          .waitFor({ key, event: "chunks", count, timeoutMs: AWAIT_PARTS_MS })
          .catch(() => undefined);
        return;
      }
      case "release":
        return model.release(move.key);
      case "interrupt":
        record.interrupts++;
        return this.#expect("interrupt", await this.#post("/interrupt", {}), []);
      case "edit":
        return this.#edit(move.target, move.message);
      case "pause":
        return sleep(move.ms);
      case "rest":
        return void (await this.#deps.untilRest(await this.created));
      case "compact":
        return this.#compact(record);
      case "await-question":
        return void (await this.#answers.untilAsked());
      case "answer":
        return this.#answers.answer(move.how);
      case "deadline": {
        const body = { client_tool_deadline_s: move.seconds };
        return this.#expect("deadline", await this.#ask("PATCH", "", body), []);
      }
      case "fork":
        return this.#fork(move.until, move.message);
      default:
        return this.#playQueued(move, record);
    }
  }

  /** Changes of messages that wait. */
  async #playQueued(move: QueueMove, record: RoundRecord): Promise<void> {
    switch (move.type) {
      case "promote":
        record.interrupts++;
        return this.#ofQueued(move.key, (id) => this.#post(`/queue/${id}/promote`, {}));
      case "reposition":
        return this.#ofQueued(move.key, (id) =>
          this.#ask("PATCH", `/queue/${id}`, { position: move.position }),
        );
      case "delete":
        return this.#delete(move.key);
      case "rewrite":
        return this.#rewrite(move.target, move.message);
      default:
        return assertNever(move);
    }
  }

  async #send(message: MessagePlan, busy: BusyBehavior): Promise<void> {
    const entry = await this.#enter(message.key, busy === "steer");
    const content = wordsOf(message);
    if (this.#chatId === null) return this.#create(entry, content);
    const answered = await this.#post("/messages", { content, busy_behavior: busy });
    this.#expect(`send ${message.key}`, answered, ["queue_full"]);
    if (answered.status >= 400) return;
    entry.fate = "accepted";
    const { messages, queued_message } = answered.body;
    if (answered.body.queued === true) entry.queued_id = queued_message.id;
    else entry.message_id = messages.at(-1).id;
  }

  async #create(entry: LedgerEntry, content: string): Promise<void> {
    const { api, plan, modelConfigId: model_config_id, projectFolder } = this.#deps;
    const more = {
      ...WAITS,
      ...(plan.ground === "project" && { project_path: projectFolder }),
      ...(plan.mcp && { mcp_server_ids: this.#deps.mcpServerIds }),
    };
    const answered = await api.ask("POST", "/v1/chats", { content, model_config_id, ...more });
    if (answered.status !== 201) throw new Error(`create answered ${JSON.stringify(answered)}`);
    entry.fate = "accepted";
    this.#chatId = answered.body.id as string;
    this.#created.resolve(this.#chatId);
  }

  async #edit(target: string, message: MessagePlan): Promise<void> {
    const { ledger } = this.#deps;
    const id = await this.#messageId(target);
    const entry = await this.#enter(message.key);
    if (id === null)
      return void ledger.surprises.push(`${target} is not in the history when it is to be edited`);
    for (const other of ledger.entries.values()) {
      // Until now a queued one could only be promoted; the edit clears those that were not.
      if (other.queued_id !== null && other.fate === "accepted") other.fate = "may-vanish";
    }
    const answered = await this.#ask("PATCH", `/messages/${id}`, { content: wordsOf(message) });
    this.#expect(`edit ${target}`, answered, []);
    if (answered.status >= 400) return;
    entry.fate = "accepted";
    entry.message_id = answered.body.message.id;
  }

  async #delete(key: string): Promise<void> {
    const entry = this.#deps.ledger.entries.get(key);
    await this.#ofQueued(key, async (id) => {
      const answered = await this.#ask("DELETE", `/queue/${id}`);
      if (answered.status < 400 && entry !== undefined) entry.fate = "deleted";
      return answered;
    });
  }

  /** The queued message has other words from then on, unless it has left the queue. */
  async #rewrite(target: string, message: MessagePlan): Promise<void> {
    const old = this.#deps.ledger.entries.get(target);
    const entry = await this.#enter(message.key, old?.steers);
    await this.#ofQueued(target, async (id) => {
      const answered = await this.#ask("PATCH", `/queue/${id}`, { content: wordsOf(message) });
      if (answered.status < 400 && old !== undefined) {
        Object.assign(entry, { fate: "accepted", queued_id: id });
        Object.assign(old, { fate: "deleted", queued_id: null });
      }
      return answered;
    });
  }

  async #compact(record: RoundRecord): Promise<void> {
    const answered = await this.#post("/compact", {});
    this.#expect("compact", answered, ["nothing_to_compact"]);
    if (answered.status < 400) record.compactions.manual++;
  }

  async #fork(until: string | null, message: MessagePlan): Promise<void> {
    const { api, begin, ledger, onFork } = this.#deps;
    const until_id = until === null ? null : await this.#messageId(until);
    await begin();
    const fork = await forkChat({ api, source: await this.created, until: until_id, message });
    ledger.forks.push(fork);
    onFork(fork);
  }

  /** A change of a queued message. It may have been promoted meanwhile: then it is not found, and nothing is changed. */
  async #ofQueued(key: string, change: (id: number) => Promise<Answered>): Promise<void> {
    const id = this.#deps.ledger.entries.get(key)?.queued_id ?? null;
    if (id === null) return;
    this.#expect(`change of queued ${key}`, await change(id), ["queued_message_not_found"]);
  }

  /** A message is in the books before it is sent. */
  async #enter(key: string, steers = false): Promise<LedgerEntry> {
    const { ledger, begin } = this.#deps;
    await begin();
    const round = ledger.rounds.length - 1;
    const entry: LedgerEntry = { key, round, steers, fate: "refused", message_id: null, queued_id: null };
    ledger.entries.set(key, entry);
    return entry;
  }

  /** The message that began a round; the first of a chat is told by no answer. */
  async #messageId(key: string): Promise<number | null> {
    const known = this.#deps.ledger.entries.get(key)?.message_id ?? null;
    if (known !== null) return known;
    const { body } = await this.#ask("GET", "/messages?limit=200");
    const found = body.messages.find((one: { content: { text?: string }[] }) =>
      one.content[0]?.text?.startsWith(markOf(key)),
    );
    return found?.id ?? null;
  }

  #expect(what: string, { status, body }: Answered, refusals: readonly string[]): void {
    if (status < 400 || refusals.includes(body?.code)) return;
    this.#deps.ledger.surprises.push(`${what} was answered ${status} ${JSON.stringify(body)}`);
  }

  #post(path: string, body: unknown): Promise<Answered> {
    return this.#ask("POST", path, body);
  }

  #ask(method: string, path: string, body?: unknown): Promise<Answered> {
    return this.#deps.api.ask(method, `/v1/chats/${this.#chatId}${path}`, body);
  }
}
