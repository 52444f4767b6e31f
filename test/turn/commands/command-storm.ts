// Test support: three clients that do whatever they like to one chat at once, over HTTP, and a worker that exists only as its
// commits. Keeps what they were told, and says what is wrong with the chat.
import { randomUUID } from "node:crypto";
import { chatStateOf } from "../../../core/chat/chat-state.ts";
import type { Chat, Message, QueuedMessage } from "../../../core/chat/message.ts";
import type { OfferedTool } from "../../../core/tool/gate-calls.ts";
import { callsWithoutResult } from "../../../store/row/messages.ts";
import { beginAttempt } from "../../../store/turn/begin-attempt.ts";
import { beginCompaction } from "../../../store/turn/begin-compaction.ts";
import { inUnit } from "../../../store/unit.ts";
import type { Called, TestApi } from "../../support/api.ts";
import { overloaded, type TestChat, text, toolCall } from "../../support/turn/chats.ts";

export type Command =
  | { readonly type: "send"; readonly busy: "queue" | "interrupt" | "steer" }
  | { readonly type: "edit" | "promote" | "delete" | "rewrite"; readonly at: number }
  | { readonly type: "move"; readonly at: number; readonly to: number }
  | { readonly type: "interrupt" | "regenerate" | "compact" | "clear" | "fork" | "archive" | "rename" }
  | { readonly type: "results"; readonly whole: boolean }
  | { readonly type: "approve"; readonly approved: boolean };

export type Work = "text" | "tools" | "asks" | "fail" | "nothing";

const offered: readonly OfferedTool[] = ["look", "pick", "careful"].map((name) => ({
  name,
  parameters: { type: "object" },
  is_client: name === "pick",
  is_exclusive: false,
  asks: name === "careful",
}));

export class CommandStorm {
  readonly #api: TestApi;
  readonly #chat: TestChat;
  #sent = 0;
  /** Texts that were accepted and must stand in the history or the queue, once. */
  #kept = new Set<string>();
  /** Texts that were refused, deleted or rewritten. */
  readonly #gone = new Set<string>();
  /** Results that were accepted, by call. */
  readonly #results = new Map<string, unknown>();
  readonly faults: string[] = [];

  constructor(api: TestApi, chat: TestChat, first: string) {
    this.#api = api;
    this.#chat = chat;
    this.#kept.add(first);
  }

  /** All of them at once, each from what its client saw a moment ago. */
  async command(commands: readonly Command[]): Promise<void> {
    const seen = await this.#look();
    const before = new Set(this.#kept);
    const done = await Promise.all(commands.map(async (one) => ({ one, ...(await this.#do(one, seen)) })));
    const accepted = done.filter(({ status }) => status < 300);
    const now = await this.#look();
    this.#keepLastWords(accepted, now);
    // Whoever goes another way drops the queue, and an edit what came after its message.
    const cuts = accepted.some(({ one }) => one.type === "edit" || one.type === "regenerate");
    if (cuts) this.#forgetDropped(before, now);
    this.#check(now);
  }

  async #do(command: Command, seen: Seen): Promise<Done> {
    const value = `${command.type} ${++this.#sent}`;
    const { status, body } = await this.#ask(command, seen, value);
    if (status >= 500) this.faults.push(`${command.type}: ${status} ${JSON.stringify(body)}`);
    const { type } = command;
    if (type === "send" || type === "edit" || type === "rewrite") {
      (status < 300 ? this.#kept : this.#gone).add(value);
    }
    return { status, value, queued: "at" in command ? pick(seen.queue, command.at) : undefined };
  }

  /** Of several that change one queued message, one comes last; a deletion is the last by nature. */
  #keepLastWords(accepted: readonly (Done & { readonly one: Command })[], now: Seen): void {
    const there = new Set([...now.users, ...now.queue].map((one) => one.text));
    const changes = accepted.filter(({ one }) => one.type === "rewrite" || one.type === "delete");
    for (const [queued, own] of Map.groupBy(changes, (change) => change.queued)) {
      const values = own.filter(({ one }) => one.type === "rewrite").map(({ value }) => value);
      const isDeleted = own.some(({ one }) => one.type === "delete");
      const last = isDeleted ? undefined : values.find((value) => there.has(value));
      // Nothing of it is there: all stay kept, and are found missing.
      if (last === undefined && !isDeleted) continue;
      for (const value of [queued?.text ?? "", ...values].filter((one) => one !== last)) {
        this.#kept.delete(value);
        this.#gone.add(value);
      }
    }
  }

  #ask(command: Command, { chat, users, queue }: Seen, value: string): Promise<Called> {
    const post = (path: string, body: object = {}) =>
      this.#api.call(`POST /v1/chats/${chat.id}${path}`, { body });
    const ofQueued = (at: number) => `/v1/chats/${chat.id}/queue/${pick(queue, at)?.id ?? 1}`;
    switch (command.type) {
      case "send":
        return post("/messages", { content: value, busy_behavior: command.busy });
      case "edit": {
        const path = `/v1/chats/${chat.id}/messages/${pick(users, command.at)?.id ?? 1}`;
        return this.#api.call(`PATCH ${path}`, { body: { content: value } });
      }
      case "promote":
        return this.#api.call(`POST ${ofQueued(command.at)}/promote`, { body: {} });
      case "delete":
        return this.#api.call(`DELETE ${ofQueued(command.at)}`);
      case "rewrite":
        return this.#api.call(`PATCH ${ofQueued(command.at)}`, { body: { content: value } });
      case "move":
        return this.#api.call(`PATCH ${ofQueued(command.at)}`, { body: { position: command.to } });
      case "archive":
        return this.#api.call(`PATCH /v1/chats/${chat.id}`, { body: { archived: !chat.archived } });
      case "rename":
        return this.#api.call(`PATCH /v1/chats/${chat.id}`, { body: { title: value } });
      case "results":
        return this.#giveResults(chat, command.whole, value);
      case "approve":
        return this.#decide(chat, command.approved);
      default:
        return post(`/${command.type}`);
    }
  }

  /** Of racing clients, one is heard. */
  async #giveResults(chat: Chat, whole: boolean, output: string): Promise<Called> {
    const open = askedOf(chat, "client");
    const results = (whole ? open : open.slice(1)).map((tool_call_id) => ({ tool_call_id, output }));
    const called = await this.#api.call(`POST /v1/chats/${chat.id}/tool-results`, { body: { results } });
    if (called.status >= 300) return called;
    for (const { tool_call_id } of results) {
      if (this.#results.has(tool_call_id)) this.faults.push(`two results of ${tool_call_id} were accepted`);
      this.#results.set(tool_call_id, output);
    }
    return called;
  }

  async #decide(chat: Chat, approved: boolean): Promise<Called> {
    const decisions = askedOf(chat, "approval").map((tool_call_id) => ({ tool_call_id, approved }));
    const called = await this.#api.call(`POST /v1/chats/${chat.id}/approvals`, { body: { decisions } });
    if (called.status < 300) for (const { tool_call_id } of decisions) this.#decideOnce(tool_call_id);
    return called;
  }

  readonly #decided = new Set<string>();
  #decideOnce(id: string): void {
    if (this.#decided.has(id)) this.faults.push(`two decisions about ${id} were accepted`);
    this.#decided.add(id);
  }

  /** What a worker does next to the chat, whatever its state. */
  async work(how: Work): Promise<void> {
    if (how === "nothing") return;
    const { store } = this.#chat;
    const key = await this.#chat.key();
    const { result: begun } = await inUnit(store, (unit) => beginAttempt(unit, key));
    if (begun.type === "interrupted")
      await this.#chat.settle({ type: "interrupted", answer: null }, begun.fence);
    if (begun.type === "refused") this.faults.push(`the model call was refused: ${begun.error.message}`);
    if (begun.type === "next") await this.#perform(begun.step);
    if (begun.type === "attempt" && how === "fail") {
      const error = { ...overloaded, retryable: false };
      await this.#chat.settle({ type: "failed", failure: { error, answer: null } }, begun.fence);
    } else if (begun.type === "attempt") {
      const content = how === "text" ? text("answer") : callsOf(how === "asks");
      const finish_reason = how === "text" ? ("stop" as const) : ("tool_calls" as const);
      const answer = { role: "assistant" as const, content, finish_reason };
      await this.#chat.settle({ type: "answered", answer, offered }, begun.fence);
    }
  }

  async #perform(step: {
    readonly type: string;
    readonly calls?: readonly { readonly tool_call_id: string }[];
  }) {
    if (step.type === "run-tools") await this.#chat.settle({ type: "tools-done" });
    if (step.type === "await-client") {
      const ended = (step.calls ?? []).map(({ tool_call_id }) => tool_call_id);
      await this.#chat.settle({ type: "waited", ended });
    }
    if (step.type === "compact") await this.#compact();
  }

  async #compact(): Promise<void> {
    const { store } = this.#chat;
    const key = await this.#chat.key();
    const wish = { scheduledMs: 0, model: null };
    const { result: begun } = await inUnit(store, (unit) => beginCompaction(unit, key, wish));
    if (begun.type === "refused") {
      // An edit may have left nothing to be summarised.
      await this.#chat.settle({ type: "failed", failure: { error: begun.error, answer: null } }, begun.fence);
    }
    if (begun.type !== "attempt") return;
    const shown = [
      { role: "assistant" as const, visibility: "user" as const, content: text("summarised") },
      { role: "tool" as const, visibility: "user" as const, content: [] },
    ] as const;
    const summary = { role: "user" as const, visibility: "model" as const, content: text("the gist") };
    const compaction = { summary, keeps: [], shown, endsTurn: true };
    await this.#chat.settle({ type: "compacted", compaction }, begun.fence);
  }

  /** Works, and answers what is asked, until the chat rests with nothing left to do. */
  async finish(): Promise<void> {
    for (let steps = 0; steps < 60; steps++) {
      const { chat, queue } = await this.#look();
      if (chat.archived) await this.#api.call(`PATCH /v1/chats/${chat.id}`, { body: { archived: false } });
      else if (chat.status === "requires_action" && (chat.required_action?.tool_calls.length ?? 0) > 0) {
        await this.command([
          { type: "results", whole: true },
          { type: "approve", approved: true },
        ]);
      } else if (chat.status === "error" && queue.length > 0)
        await this.command([{ type: "promote", at: 0 }]);
      else if (chat.status === "waiting" || chat.status === "error") return;
      await this.work("text");
    }
    this.faults.push("the chat does not come to rest");
  }

  /** No message is lost or doubled, one turn is open, and the state is one of the table. */
  #check({ chat, users, queue, messages, turns }: Seen): void {
    if (chatStateOf(chat.status, queue.length) === null || chat.queue_length !== queue.length)
      this.faults.push(`${chat.status} with a queue of ${queue.length}, told as ${chat.queue_length}`);
    const texts = [...users, ...queue].map((one) => one.text);
    for (const one of this.#kept) {
      const count = texts.filter((other) => other === one).length;
      if (count !== 1) this.faults.push(`“${one}” was accepted and stands there ${count} times`);
    }
    for (const one of texts)
      if (this.#gone.has(one)) this.faults.push(`“${one}” was refused or dropped, and is there`);
    const rests = chat.status === "waiting" || chat.status === "error";
    if (rests && callsWithoutResult(messages).length > 0)
      this.faults.push("a call of a chat at rest has no result");
    if ((chat.status === "requires_action") !== (chat.required_action !== null))
      this.faults.push(
        `${chat.status}, and ${chat.required_action === null ? "nothing" : "something"} is asked`,
      );
    this.#checkResults(messages);
    this.#checkTurns(chat, turns, rests);
  }

  #checkResults(messages: readonly Message[]): void {
    const results = messages.flatMap(({ content }) => content.filter((part) => part.type === "tool-result"));
    const ids = results.map(({ tool_call_id }) => tool_call_id);
    if (new Set(ids).size !== ids.length) this.faults.push("a call has two results");
    for (const { tool_call_id, result } of results) {
      const accepted = this.#results.get(tool_call_id);
      if (accepted !== undefined && result !== accepted)
        this.faults.push(
          `${tool_call_id} was given ${JSON.stringify(accepted)} and has ${JSON.stringify(result)}`,
        );
    }
  }

  #checkTurns(chat: Chat, turns: Seen["turns"], rests: boolean): void {
    const open = turns.filter(({ status }) =>
      ["running", "interrupting", "requires_action"].includes(status),
    );
    const expected = rests ? [] : [chat.current_turn_id];
    if (open.map(({ id }) => id).join() !== expected.join())
      this.faults.push(`${chat.status}: open turns are ${open.map(({ id }) => id).join() || "none"}`);
  }

  #forgetDropped(before: ReadonlySet<string>, { users, queue }: Seen): void {
    const there = new Set([...users, ...queue].map((one) => one.text));
    for (const one of this.#kept) {
      if (there.has(one)) continue;
      this.#kept.delete(one);
      // What a client of the same moment has sent may have come before the cut, too.
      if (before.has(one)) this.#gone.add(one);
    }
  }

  async #look(): Promise<Seen> {
    const path = `/v1/chats/${this.#chat.id}`;
    // One after the other: between them nothing happens.
    const chat = (await this.#api.call(`GET ${path}`)).body as Chat;
    const page = (await this.#api.call(`GET ${path}/messages?limit=200`)).body;
    const turns = (await this.#api.call(`GET ${path}/turns?limit=200`)).body.items;
    const messages = (page.messages as Message[]).toSorted((a, b) => a.id - b.id);
    const users = messages.filter(({ role }) => role === "user").map(({ id, content }) => shown(id, content));
    const queue = (page.queued_messages as QueuedMessage[]).map(({ id, content }) => shown(id, content));
    return { chat, messages, users, queue, turns };
  }
}

interface Shown {
  readonly id: number;
  readonly text: string;
}

interface Seen {
  readonly chat: Chat;
  readonly messages: readonly Message[];
  readonly users: readonly Shown[];
  readonly queue: readonly Shown[];
  readonly turns: readonly { readonly id: number; readonly status: string }[];
}

interface Done {
  readonly status: number;
  /** What the command wrote, if it wrote anything. */
  readonly value: string;
  /** The queued message that it was about. */
  readonly queued: Shown | undefined;
}

function shown(id: number, content: readonly unknown[]): Shown {
  return { id, text: (content[0] as { text: string }).text };
}

function pick<T>(list: readonly T[], at: number): T | undefined {
  return list[at % Math.max(1, list.length)];
}

function askedOf(chat: Chat, kind: "client" | "approval"): string[] {
  const calls = chat.required_action?.tool_calls ?? [];
  return calls.filter((call) => call.kind === kind).map(({ tool_call_id }) => tool_call_id);
}

function callsOf(asks: boolean) {
  const names = asks ? ["pick", "pick", "careful", "look"] : ["look", "look"];
  return names.map((name) => toolCall(randomUUID(), name));
}
