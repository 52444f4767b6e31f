// Tests: a turn as its events tell it, with attempts that fail, tools, and readers that begin anew: what a stream is cut from.
import { applyDelta, type DraftPart, finishDraft } from "../../../core/chat/draft-content.ts";
import type { Message } from "../../../core/chat/message.ts";
import type { Part } from "../../../core/part/part.ts";
import { mergeParts, type PartDelta, type StreamPart } from "../../../core/part/stream-part.ts";
import type { StreamEvent } from "../../../core/stream/stream-event.ts";

export type Happening =
  | { readonly type: "write"; readonly kind: "text" | "reasoning" | "call"; readonly text: string }
  | { readonly type: "retry" }
  /** Committed as written, or as an older checkpoint has it. */
  | { readonly type: "commit"; readonly whole: boolean }
  | { readonly type: "output"; readonly text: string }
  | { readonly type: "results"; readonly failed: boolean }
  | { readonly type: "rejoin" };

const chat_id = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";
export const turnNames = { chat_id, turn_id: 1 };
const at = "2026-01-01T00:00:00.000Z";

export class TurnWorld {
  readonly committed: Message[] = [];
  #history = 1;
  #attempt = 1;
  #calls = 0;
  #ids = 1;
  #draft = new Map<number, DraftPart>();
  #parts: StreamPart[] = [];
  #open: string[] = [];
  readonly #outputs = new Map<string, StreamPart[]>();

  /** One change, as live readers are told of it. */
  happen(what: Happening): StreamEvent[] {
    switch (what.type) {
      case "write":
        return this.#write(what);
      case "retry":
        return this.#retry();
      case "commit":
        return this.#commit(what.whole);
      case "output":
        return this.#output(what.text);
      case "results":
        return this.#results(what.failed);
      case "rejoin":
        return this.snapshot();
    }
  }

  /** Everything, as a reader is told who begins now. */
  snapshot(): StreamEvent[] {
    const tools = [...this.#outputs].flatMap(([call, parts]) => this.#slot(call, parts));
    return [
      this.#messages(this.committed, []),
      this.#status("running"),
      ...tools,
      { type: "caught_up", data: { chat_id } },
      ...(this.#open.length > 0 ? [] : this.#slot("", this.#parts)),
    ];
  }

  /** The end of the turn; what is still being written is kept or not. */
  finish(keeps: boolean): StreamEvent[] {
    const last = [...(keeps ? this.#commit(true) : []), ...this.#results(false)];
    const told = last.filter(({ type }) => type === "messages");
    return [...told, this.#status("waiting")];
  }

  get #episode(): string {
    return `${this.#history}.${this.#attempt}`;
  }

  #write({ kind, text }: Extract<Happening, { type: "write" }>): StreamEvent[] {
    if (this.#open.length > 0 || text === "") return [];
    const last = this.#draft.size - 1;
    const before = this.#draft.get(last);
    const goesOn = before?.type === (kind === "call" ? "tool-call" : kind);
    const index = goesOn ? last : last + 1;
    const call = before?.type === "tool-call" && goesOn ? before.tool_call_id : `call_${++this.#calls}`;
    const part: PartDelta =
      kind === "call"
        ? { type: "tool-call", tool_call_id: call, tool_name: "grep", args_delta: text }
        : { type: kind, text };
    applyDelta(this.#draft, index, part);
    const seq = this.#parts.length + 1;
    const streamed: StreamPart = { from_seq: seq, seq, index, role: "assistant", part };
    this.#parts.push(streamed);
    return [this.#part(this.#episode, streamed)];
  }

  #retry(): StreamEvent[] {
    if (this.#open.length > 0) return [];
    this.#attempt += 1;
    this.#blank();
    return [this.#reset(this.#episode)];
  }

  #commit(whole: boolean): StreamEvent[] {
    if (this.#open.length > 0) return [];
    const closes = [this.#episode];
    const content = this.#contentOf(whole);
    if (content.length === 0) return [];
    const message = this.#message("assistant", content);
    this.#open = content.flatMap((part) => (part.type === "tool-call" ? [part.tool_call_id] : []));
    return [
      this.#messages([message], closes),
      ...(this.#open.length > 0 ? [] : [this.#reset(this.#episode)]),
    ];
  }

  #contentOf(whole: boolean): Part[] {
    const content = finishDraft(this.#draft, { at });
    const [first] = content;
    if (whole || first === undefined) return content;
    if (first.type === "text") return [{ type: "text", text: first.text.slice(0, 1) }];
    return [first];
  }

  #output(text: string): StreamEvent[] {
    const [call] = this.#open;
    if (call === undefined || text === "") return [];
    const parts = this.#outputs.get(call) ?? [];
    this.#outputs.set(call, parts);
    const seq = parts.length + 1;
    const part: PartDelta = { type: "tool-result", tool_call_id: call, result_delta: text };
    const streamed: StreamPart = { from_seq: seq, seq, index: 0, role: "tool", part };
    parts.push(streamed);
    const episode = `${this.#episode}.${call}`;
    return [...(seq === 1 ? [this.#reset(episode)] : []), this.#part(episode, streamed)];
  }

  #results(failed: boolean): StreamEvent[] {
    if (this.#open.length === 0) return [];
    const content = this.#open.map((tool_call_id): Part => {
      const result = failed ? { error: "It failed." } : { output: tool_call_id };
      return {
        type: "tool-result",
        tool_call_id,
        tool_name: "grep",
        result,
        is_error: failed,
        created_at: at,
      };
    });
    const closes = [...this.#outputs.keys()].map((call) => `${this.#episode}.${call}`);
    const message = this.#message("tool", content);
    this.#open = [];
    return [this.#messages([message], closes), this.#reset(this.#episode)];
  }

  #message(role: "assistant" | "tool", content: readonly Part[]): Message {
    const usage = null;
    const message = { ...turnNames, id: ++this.#ids, role, content, usage, finish_reason: "stop" };
    this.committed.push(message as unknown as Message);
    this.#history += 1;
    this.#attempt = 1;
    this.#blank();
    this.#outputs.clear();
    return message as unknown as Message;
  }

  #blank(): void {
    this.#draft = new Map();
    this.#parts = [];
  }

  #slot(call: string, parts: readonly StreamPart[]): StreamEvent[] {
    const episode = call === "" ? this.#episode : `${this.#episode}.${call}`;
    return [this.#reset(episode), ...mergeParts(parts).map((part) => this.#part(episode, part))];
  }

  #part(episode: string, { lengths: _lengths, ...part }: StreamPart): StreamEvent {
    return { type: "message_part", data: { chat_id, episode, ...part } };
  }

  #reset(episode: string): StreamEvent {
    return { type: "preview_reset", data: { chat_id, episode } };
  }

  #messages(messages: readonly Message[], closes: readonly string[]): StreamEvent {
    return {
      type: "messages",
      data: { chat_id, messages: [...messages], history_version: this.#history, closes },
    };
  }

  #status(status: "running" | "waiting"): StreamEvent {
    return { type: "status", data: { ...turnNames, status, history_version: this.#history } };
  }
}
