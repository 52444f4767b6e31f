// A turn as one message of an AI SDK client: events of a chat's stream go in, chunks come out, without I/O. Wherever the
// stream begins, the client shows at the end of the turn what is stored: every committed message is compared with what was
// shown of it.
import {
  type ChatStatus,
  isDenial,
  type LastError,
  type Message,
  type ShownRetry,
  shownRetry,
} from "../../core/chat/message.ts";
import { slotOf } from "../../core/part/stream-part.ts";
import type {
  ActionRequired,
  MessagePartData,
  MessagesData,
  StatusData,
  StreamEvent,
} from "../../core/stream/stream-event.ts";
import { AskedQuestions } from "./asked-questions.ts";
import type { SdkVersion, TurnMetadata, UiChunk, UiFinishReason } from "./chunk.ts";
import { RunningTools } from "./running-tools.ts";
import { ShownStep } from "./shown-step.ts";
import {
  type CountedMessage,
  counted,
  type TurnNames,
  turnMessageId,
  turnMetadata,
  uiFinishReason,
} from "./turn-metadata.ts";
import { endTool, type ToolEnd, wantedOf } from "./ui-part.ts";

export class ShownTurn {
  readonly #names: TurnNames;
  readonly #version: SdkVersion;
  readonly #messages = new Map<number, CountedMessage>();
  readonly #tools: RunningTools;
  #lastMessageId = 0;
  #parts = 0;
  #step: ShownStep | null = null;
  #episode: string | null = null;
  #lastSeq = 0;
  #status: StatusData | null = null;
  #error: LastError | null = null;
  #retry: ShownRetry | null = null;
  /** Somebody has interrupted the turn. An answer that was complete by then does not show it: only its tools were stopped. */
  #interrupting = false;
  /** What the turn waits for; null: nobody is asked. */
  #action: ActionRequired | null = null;
  /** Calls whose approval this client was asked for. */
  readonly #asked = new Set<string>();
  readonly #questions = new AskedQuestions();
  /** False while a snapshot is incomplete: then nothing can be concluded from it. */
  #whole = false;

  constructor(names: TurnNames, version: SdkVersion) {
    this.#names = names;
    this.#version = version;
    this.#tools = new RunningTools(version);
  }

  /** Whether the turn has ended. Ask after the last event of a change. */
  get over(): boolean {
    const status = this.#status;
    if (!this.#whole || status === null) return false;
    if (status.turn_id !== this.#names.turn_id) return true;
    // Calls that run beside the wait end first, and their results are shown: then it is the client's turn alone.
    if (status.status === "requires_action") return this.#action !== null && !isBusy(this.#action);
    return !isActive(status.status);
  }

  /** Whether the turn is over only for now: it waits for its client, or for people. */
  get waits(): boolean {
    return this.#isOwn() && this.#status?.status === "requires_action";
  }

  /** A message that the client has shown already, before this stream began. */
  know(message: Message): void {
    this.#messages.set(message.id, counted(message));
    this.#lastMessageId = Math.max(this.#lastMessageId, message.id);
    for (const part of message.content) {
      if (part.type === "tool-call") this.#tools.begin(part.tool_call_id);
      if (part.type === "tool-result") this.#tools.end(part.tool_call_id);
    }
  }

  /** Calls have ended whose results are not in the history yet, since others of their step wait. */
  showEnded(ends: readonly ToolEnd[]): UiChunk[] {
    return ends.flatMap((end) => (this.#tools.end(end.tool_call_id) ? [endTool(end, false)] : []));
  }

  /** The newest committed message so far; 0: none. */
  get lastMessageId(): number {
    return this.#lastMessageId;
  }

  /** The first chunk. A turn's message always has the same id, so that a client replaces it instead of showing it twice. */
  begin(): UiChunk[] {
    const messageId = turnMessageId(this.#names.turn_id);
    return [{ type: "start", messageId, messageMetadata: this.#names }];
  }

  take(event: StreamEvent): UiChunk[] {
    switch (event.type) {
      case "messages":
        return this.#takeMessages(event.data);
      case "status":
        this.#status = event.data;
        if (event.data.status !== "requires_action") this.#action = null;
        if (event.data.status !== "error") this.#error = null;
        if (event.data.status === "interrupting" && this.#isOwn()) this.#interrupting = true;
        return this.#isOwn() && event.data.status !== "requires_action" ? this.#questions.show([]) : [];
      case "error":
        this.#error = event.data.error;
        return [];
      case "preview_reset":
        return this.#takeReset(event.data.episode);
      case "message_part":
        return this.#takePart(event.data);
      case "caught_up":
        this.#whole = true;
        return [];
      case "history_reset":
        this.#whole = false;
        return [];
      case "retry":
        return this.#isOwn() ? this.#showRetry(shownRetry(event.data)) : [];
      // These clients have no place for these events.
      case "chat":
      case "queue_update":
        return [];
      case "action_required":
        this.#action = event.data;
        return this.#isOwn()
          ? [...this.#askApprovals(event.data), ...this.#questions.show(event.data.tool_calls)]
          : [];
    }
  }

  /** The last chunks of a turn that is over. */
  end(): UiChunk[] {
    const ended = [...this.#showRetry(null), ...this.#endStep()];
    const messageMetadata = turnMetadata(this.#names, [...this.#messages.values()]);
    const failed = this.#status?.turn_id === this.#names.turn_id ? this.#error : null;
    if (failed !== null) {
      return [
        ...ended,
        // The metadata goes first: clients read nothing after the error.
        { type: "message-metadata", messageMetadata },
        { type: "error", errorText: failed.message },
        this.#finish("error", messageMetadata),
      ];
    }
    const last = [...this.#messages.values()].findLast(({ role }) => role === "assistant");
    const interrupted = last?.interrupted === true || this.#interrupting;
    return [
      ...ended,
      ...(interrupted ? ([{ type: "abort" }] as const) : []),
      this.#finish(uiFinishReason(last?.finish_reason ?? null), messageMetadata),
    ];
  }

  /** The last chunks of a turn that was cut from the history, or whose chat is gone. */
  cut(): UiChunk[] {
    const messageMetadata = turnMetadata(this.#names, [...this.#messages.values()]);
    return [
      ...this.#showRetry(null),
      ...this.#endStep(),
      { type: "abort" },
      this.#finish("other", messageMetadata),
    ];
  }

  #finish(finishReason: UiFinishReason, messageMetadata: TurnMetadata): UiChunk {
    return { type: "finish", ...(this.#version !== 5 && { finishReason }), messageMetadata };
  }

  #takeMessages(data: MessagesData): UiChunk[] {
    const chunks = data.messages.flatMap((message) => this.#takeMessage(message));
    if (this.#episode !== null && data.closes.includes(this.#episode)) this.#episode = null;
    return chunks;
  }

  #takeMessage(message: Message): UiChunk[] {
    if (message.turn_id !== this.#names.turn_id || this.#messages.has(message.id)) return [];
    this.#messages.set(message.id, counted(message));
    this.#lastMessageId = Math.max(this.#lastMessageId, message.id);
    if (message.role === "tool") return this.#showResults(message);
    if (message.role !== "assistant") return [];
    const waited = this.#showRetry(null);
    const opened = this.#openStep();
    const wanted = message.content.map(wantedOf).filter((part) => part !== null);
    const shown = opened.step.commit(wanted);
    for (const part of wanted) {
      if (part.type === "tool-call") this.#tools.begin(part.tool_call_id);
      if (part.type === "tool-result") this.#tools.end(part.tool_call_id);
    }
    return [...waited, ...opened.chunks, ...shown];
  }

  #showResults({ content, decisions = [] }: Message): UiChunk[] {
    const denied = new Set(decisions.flatMap((one) => (isDenial(one) ? [one.tool_call_id] : [])));
    return content.flatMap((part): UiChunk[] => {
      if (part.type !== "tool-result" || !this.#tools.end(part.tool_call_id)) return [];
      const isDenied = this.#version !== 5 && denied.has(part.tool_call_id);
      return [
        isDenied ? { type: "tool-output-denied", toolCallId: part.tool_call_id } : endTool(part, false),
      ];
    });
  }

  /** Version 5 knows no approvals. */
  #askApprovals({ tool_calls }: ActionRequired): UiChunk[] {
    if (this.#version === 5) return [];
    return tool_calls.flatMap(({ kind, tool_call_id: id }): UiChunk[] => {
      if (kind !== "approval" || this.#asked.has(id)) return [];
      this.#asked.add(id);
      return [{ type: "tool-approval-request", approvalId: id, toolCallId: id }];
    });
  }

  #takeReset(episode: string): UiChunk[] {
    const slot = slotOf(episode);
    if (slot !== "") return this.#tools.restart(slot, episode);
    if (!this.#isOwn()) return [];
    const again = episode === this.#episode;
    this.#episode = episode;
    this.#lastSeq = 0;
    return this.#step === null || this.#step.committed ? [] : this.#step.restart(again);
  }

  /** Sent only if it differs: a reader that starts again is told of the same retry. */
  #showRetry(retry: ShownRetry | null): UiChunk[] {
    if (retry?.retrying_at === this.#retry?.retrying_at) return [];
    this.#retry = retry;
    return [{ type: "data-retry", data: retry, transient: true }];
  }

  #takePart({ episode, from_seq, seq, index, part }: MessagePartData): UiChunk[] {
    const slot = slotOf(episode);
    if (slot !== "") return this.#tools.take({ slot, episode, from_seq, seq, part });
    if (episode !== this.#episode || from_seq <= this.#lastSeq) return [];
    this.#lastSeq = seq;
    const { chunks, step } = this.#openStep();
    return [...this.#showRetry(null), ...chunks, ...step.take(index, part)];
  }

  /** Whether what is being written belongs to this turn. */
  #isOwn(): boolean {
    return this.#status?.turn_id === this.#names.turn_id;
  }

  /** The step that is being written: the present one, or a new one if that is committed. */
  #openStep(): { readonly step: ShownStep; readonly chunks: UiChunk[] } {
    if (this.#step !== null && !this.#step.committed) return { step: this.#step, chunks: [] };
    const ended = this.#endStep();
    const step = new ShownStep(this.#version, () => `p${++this.#parts}`);
    this.#step = step;
    return { step, chunks: [...ended, { type: "start-step" }] };
  }

  #endStep(): UiChunk[] {
    const step = this.#step;
    this.#step = null;
    if (step === null) return [];
    return [...(step.committed ? [] : step.drop()), { type: "finish-step" }];
  }
}

function isBusy({ tool_calls, running = [] }: ActionRequired): boolean {
  return running.length > 0 || tool_calls.length === 0;
}

export function isActive(status: ChatStatus): boolean {
  return status === "running" || status === "interrupting";
}
