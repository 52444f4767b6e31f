// Records model calls for debug runs (SPEC B4), when their chat is recorded. It never throws to the caller and never makes it
// wait.
import type { Usage } from "../../core/chat/message.ts";
import type { DebugKind, DebugMode, DebugStatus } from "../../core/debug-run.ts";
import { ModelError, type ModelRequest } from "../../models/provider.ts";
import { ExchangeLog, recordExchanges } from "../../models/recording/recording-fetch.ts";
import { type DebugCallRecord, debugRunKey } from "../../store/debug/write-debug-calls.ts";
import type { ChatRow } from "../../store/row/chat-row.ts";
import type { DebugQueue, QueuedCall } from "./debug-queue.ts";
import { attemptRecord, type BoundRequest, boundRequest, jsonText, responseText } from "./debug-texts.ts";

/** What a model is called for. */
export interface DebugSubject {
  readonly chat: Pick<ChatRow, "id" | "debug" | "reset_version">;
  readonly kind: DebugKind;
  /** The run's name in its chat and kind: of a turn its id. Calls of the same name are steps of one run. */
  readonly name: string;
  readonly trigger_message_id: number | null;
  /** From 1; all tries at a step have its number. */
  readonly step: number;
  /** This try's name among those at the step, such as the episode. */
  readonly call: string;
  readonly provider: string;
  readonly model: string;
}

/** How a call ended. */
export interface DebugEnd {
  readonly status: Exclude<DebugStatus, "in_progress">;
  /** What the run has come to with it; `in_progress` when more calls may follow. */
  readonly run: DebugStatus;
  readonly response?: {
    readonly content: unknown;
    readonly finish_reason: string | null;
    readonly provider_response_id?: string | null;
  } | null;
  readonly usage?: Usage | null;
  /** What was thrown, if anything. */
  readonly error?: unknown;
}

export interface DebugCall {
  /** False: nothing told to this call is heard. */
  readonly isRecorded: boolean;
  /** What is about to be asked. `historyTip`: id of the newest message in it. */
  asked(request: ModelRequest, historyTip: number | null): void;
  /** Runs `work`; the HTTP calls made inside are this call's attempts. */
  during<T>(work: () => Promise<T>): Promise<T>;
  ended(end: DebugEnd): void;
}

export interface DebugRecorder {
  /** A call that does nothing when its chat is not recorded. */
  open(subject: DebugSubject): DebugCall;
}

const UNRECORDED: DebugCall = {
  isRecorded: false,
  asked: () => undefined,
  during: (work) => work(),
  ended: () => undefined,
};

/** Records nothing. */
const NO_DEBUG: DebugRecorder = { open: () => UNRECORDED };

export function createDebugRecorder(mode: DebugMode, queue: Pick<DebugQueue, "put">): DebugRecorder {
  if (mode === "off") return NO_DEBUG;
  return {
    open: (subject) => (mode === "all" || subject.chat.debug ? new RecordedCall(subject, queue) : UNRECORDED),
  };
}

class RecordedCall implements DebugCall, QueuedCall {
  readonly isRecorded = true;
  readonly runKey: string;
  readonly #subject: DebugSubject;
  readonly #queue: Pick<DebugQueue, "put">;
  readonly #log = new ExchangeLog();
  readonly #startedAt = new Date().toISOString();
  #request: BoundRequest | null = null;
  #historyTip: number | null = null;
  #end: DebugEnd | null = null;
  #finishedAt: string | null = null;

  constructor(subject: DebugSubject, queue: Pick<DebugQueue, "put">) {
    this.#subject = subject;
    this.#queue = queue;
    this.runKey = debugRunKey({ chat_id: subject.chat.id, kind: subject.kind, name: subject.name });
  }

  asked(request: ModelRequest, historyTip: number | null): void {
    this.#request = boundRequest(request);
    this.#historyTip = historyTip;
    this.#queue.put(this);
  }

  during<T>(work: () => Promise<T>): Promise<T> {
    return recordExchanges(this.#log, work);
  }

  ended(end: DebugEnd): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#finishedAt = new Date().toISOString();
    this.#queue.put(this);
  }

  get heldBytes(): number {
    const held = this.#log.exchanges.reduce((bytes, exchange) => bytes + exchange.heldBytes, 0);
    return held + (this.#request?.bytes ?? 0);
  }

  render(): DebugCallRecord {
    const { chat, kind, name, trigger_message_id, step, call, provider, model } = this.#subject;
    const secrets = [...new Set(this.#log.exchanges.flatMap((exchange) => exchange.secrets))];
    const end = this.#end;
    const status = end?.status ?? "in_progress";
    const run_status = end?.run ?? "in_progress";
    const error = end?.error ?? null;
    return {
      chat_id: chat.id,
      reset_version: chat.reset_version,
      kind,
      name,
      run_status,
      trigger_message_id,
      history_tip_message_id: this.#historyTip,
      provider,
      model,
      run_finished_at: run_status === "in_progress" ? null : this.#finishedAt,
      number: step,
      operation: "stream",
      status,
      request: this.#request === null ? null : jsonText(this.#request.shown, secrets),
      response: end?.response == null ? null : responseText(end.response, secrets),
      usage: end?.usage == null ? null : JSON.stringify(end.usage),
      error: error === null || status === "completed" ? null : jsonText(errorOf(error), secrets),
      metadata: jsonText(this.#metadata(), secrets),
      started_at: this.#startedAt,
      finished_at: this.#finishedAt,
      // A stream nobody read to its end is what its call was; it is recorded with it, closed or not.
      attempts: this.#log.exchanges.map((exchange, i) =>
        attemptRecord(exchange.render(), { call, seq: i + 1, callStatus: status, at: this.#finishedAt }),
      ),
    };
  }

  #metadata() {
    const { call } = this.#subject;
    const request = this.#request;
    const { unrecorded } = this.#log;
    return {
      call,
      ...(request !== null && { messages: request.messages, tools: request.tools }),
      ...(unrecorded > 0 && { unrecorded_attempts: unrecorded }),
    };
  }
}

/** An error as it is shown: a fault of the provider in its own fields, anything else by its words. */
function errorOf(error: unknown): object {
  if (error instanceof ModelError) {
    const { kind, message, detail, status_code, retryable, retry_after_ms } = error.fault;
    return { kind, message, detail, status_code, retryable, retry_after_ms };
  }
  if (error instanceof Error) return { kind: "generic", message: error.message };
  return { kind: "generic", message: "something was thrown that is no error" };
}
