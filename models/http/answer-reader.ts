// The inner port between the transport (stream-answer) and the readers, one per dialect.
import type { FinishReason } from "../../core/chat/message.ts";
import type { JsonObject } from "../../core/part/part.ts";
import type { ModelError, ModelEvent } from "../provider.ts";

/** What a reader needs: whose answer it reads, and where ids of tool calls come from (SPEC L13). */
export interface ReaderOptions {
  readonly provider: string;
  readonly newToolCallId: () => string;
  /** Names of the tools that the model was offered; none if absent. */
  readonly tools?: readonly string[];
}

/** Turns the server events of one answer into model events. Holds the state of that answer only. */
export interface AnswerReader {
  /**
   * Reads one event. Unknown events give nothing. Throws `StreamFailure` or `ModelError` for errors in the stream,
   * after it has given whatever else the event contained (usage beside a content-filter stop costs money, too).
   */
  read(event: JsonObject, name: string | null): Iterable<ModelEvent>;
  /**
   * Why the answer ended; null if the provider has not said so, which means it was truncated. `sawDone` says that the
   * stream was closed on purpose (`[DONE]`); some servers do that without a reason.
   */
  finishReason(sawDone: boolean): FinishReason | null;
  /** The error that a complete answer ends with (a content filter's stop). Usage may still follow. */
  endFault?(): ModelError | null;
  /** What the answer asked for that nobody here can do (custom tools, shells, approvals), by type. */
  unusable?(): readonly string[];
  /** True when nothing useful can follow, so the socket need not be drained. */
  ended(): boolean;
  /** What is known only when the answer is complete. Called once, before the end. */
  rest?(): Iterable<ModelEvent>;
  /** Reads a whole answer that arrived as one JSON document, from servers that do not stream; null if it is none. */
  readWhole?(body: JsonObject): Iterable<ModelEvent> | null;
  /**
   * True if the provider only paused: the answer continues in the response to another request. Called once per
   * response.
   */
  resumes?(): boolean;
}

/** An error that the provider reported inside the stream, in its own words. The transport classifies it. */
export class StreamFailure extends Error {
  readonly body: unknown;
  constructor(body: unknown) {
    super("the provider reported an error inside the stream");
    this.name = "StreamFailure";
    this.body = body;
  }
}

/** The stream contained something outside the dialect: damaged on its way, or cut inside an event. */
export class DamagedStream extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DamagedStream";
  }
}
