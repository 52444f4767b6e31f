// Tests: chats in mid-answer, one of each kind that a deploy may meet, and what must have come of them.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Chat } from "../../core/chat/message.ts";
import { tokens, untilNoRun } from "../support/crash.ts";
import type { Everturn } from "../support/everturn.ts";
import type { ChatReader } from "../support/reader/chat-reader.ts";
import { type RunOfChat, readRunsOf } from "../support/roles/runs-of-chat.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

/** The model config that summarises. */
export const SUMMARISER = "summariser";

/** A chat that waits in the middle of an answer until its gate is opened. */
export interface Play {
  readonly gate: string;
  readonly chat: Chat;
  readonly reader: ChatReader;
  /** What the model will have said, in order; a step that only calls tools says nothing. */
  readonly texts: readonly string[];
  /** How many turns the chat has. */
  readonly turns: number;
  readonly underway: Promise<unknown>;
}

const held = { parts: 20, hold_after: 5 };
const overloaded = { http_error: { status: 529 } };
const listing = { tool_calls: [{ name: "list_templates", args: {} }] };
const usage = (input_tokens: number) => ({ usage: { input_tokens, output_tokens: 5 } });

interface BeginInput {
  readonly content: string;
  readonly texts: readonly string[];
  readonly more?: Readonly<Record<string, string>>;
}

export class Plays {
  readonly #everturn: Everturn;
  /** A model config of a thousand tokens. */
  #small = "";

  constructor(everturn: Everturn) {
    this.#everturn = everturn;
  }

  /** Adds the model configs that the plays need. */
  async prepare(): Promise<void> {
    this.#small = await this.#addModel("small", 1_000);
    await this.#addModel(SUMMARISER, null);
  }

  /** So many chats of each kind, all of them in mid-answer. */
  async beginAll(phase: string, copies = 1): Promise<Play[]> {
    const gate = `summary-${phase}`;
    this.#everturn.model.script(`model:${SUMMARISER}`, [{ ...held, hold_until: gate }]);
    const begun = Array.from({ length: copies }, (_, at) => {
      const key = (kind: string) => `${kind}-${phase}-${at}`;
      return [
        this.text(key("text")),
        this.tools(key("tools")),
        this.retries(key("retries")),
        this.#compacts(key("compacts"), gate),
        this.#queues(key("queues")),
      ];
    });
    const plays = await Promise.all(begun.flat());
    await Promise.all(plays.map(({ underway }) => underway));
    return plays;
  }

  release(plays: readonly Play[]): void {
    for (const { gate } of plays) this.#everturn.model.release(gate);
  }

  text(key: string): Promise<Play> {
    return this.#begin(key, { content: script({ ...held, hold_until: key }, key), texts: [tokens(20)] });
  }

  tools(key: string): Promise<Play> {
    const steps = [{ ...held, ...listing, hold_until: key }, listing, { text: `done ${key}` }];
    return this.#begin(key, { content: script(steps, key), texts: [tokens(20), `done ${key}`] });
  }

  retries(key: string): Promise<Play> {
    const attempts = [overloaded, overloaded, { ...held, hold_until: key }, {}];
    return this.#begin(key, { content: script({ parts: 20, attempts }, key), texts: [tokens(20)] });
  }

  /** In the middle of the summary that precedes its second answer. */
  async #compacts(key: string, gate: string): Promise<Play> {
    const content = script({ text: `full ${key}`, ...usage(800) });
    const texts = [`full ${key}`, `after ${key}`];
    const play = await this.#begin(key, { content, texts, more: { model_config_id: this.#small } });
    await play.reader.untilIdle();
    await this.#send(play, script({ text: `after ${key}`, ...usage(50) }));
    const underway = play.reader.until("the summary is under way", ({ previews }) => {
      const parts = [...(previews.get("")?.content.values() ?? [])];
      return parts.some((part) => part.type === "tool-output" && part.text.includes("t5"));
    });
    return { ...play, gate, turns: 2, underway };
  }

  async #queues(key: string): Promise<Play> {
    const texts = [tokens(20), `first ${key}`, `second ${key}`];
    const play = await this.#begin(key, { content: script({ ...held, hold_until: key }, key), texts });
    for (const text of texts.slice(1)) await this.#send(play, script({ text }));
    return { ...play, turns: 3 };
  }

  async #begin(key: string, { content, texts, more }: BeginInput): Promise<Play> {
    const chat = await this.#everturn.createChat(content, more);
    const underway = this.#everturn.model.waitFor({ key, event: "held" });
    // Awaited later, or not at all by a kind that waits in another way.
    underway.catch(() => undefined);
    return { gate: key, chat, texts, turns: 1, underway, reader: this.#everturn.reader(chat.id) };
  }

  async #send({ chat }: Play, content: string): Promise<void> {
    await this.#everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content });
  }

  async #addModel(name: string, context_limit: number | null): Promise<string> {
    const id = randomUUID();
    await this.#everturn.pool.query(
      "insert into model_configs (id, name, provider, model, context_limit) values ($1, $2, 'openai', $2, $3)",
      [id, name, context_limit],
    );
    return id;
  }

  /**
   * Waits for the end of a play, and gives its runs. Fails if an answer is lost or doubled, if its reader ends with anything else than
   * what is stored, if a turn ended in an error, or if a run met the code of another build.
   */
  async assertPlayed({ chat, reader, texts }: Play): Promise<RunOfChat[]> {
    await reader.until("the last answer is there", (view) => {
      const said = view.messages.filter(({ role }) => role === "assistant").map(textOf);
      return view.status !== "running" && said.at(-1)?.trim() === texts.at(-1);
    });
    await untilNoRun(this.#everturn, chat.id);
    const stored = await assertSettled(this.#everturn, chat.id, [reader]);
    const said = stored.filter(({ role }) => role === "assistant").map((message) => textOf(message).trim());
    assert.deepEqual(
      said.filter((text) => text !== ""),
      texts,
    );
    const now = await this.#everturn.call<Chat>("GET", `/v1/chats/${chat.id}`);
    assert.deepEqual([now.status, now.last_error], ["waiting", null]);
    const runs = await readRunsOf(this.#everturn.temporal, chat.id);
    for (const { broken, builds } of runs) {
      assert.deepEqual(broken, [], `${chat.id}: a workflow task failed`);
      assert.ok(builds.length <= 1, `${chat.id}: a run met the builds ${builds.join(", ")}`);
    }
    return runs;
  }
}
