// Models room: the inner port between the transport (stream-answer) and the readers, one per dialect.
import type { FinishReason } from "../../core/chat/message.ts";
import type { JsonObject } from "../../core/part/part.ts";
import type { ModelError, ModelEvent } from "../provider.ts";

/** What a reader is built with: whose answer it reads and where ids of tool calls come from (SPEC L13). */
export interface ReaderOptions {
  readonly provider: string;
  readonly newToolCallId: () => string;
  /** Names of the tools that the model was offered; absent: none. */
  readonly tools?: readonly string[];
}

/** Turns the server events of one answer into model events. Holds the state of that answer alone. */
export interface AnswerReader {
  /**
   * Reads one event. Unknown ones give nothing. Throws `StreamFailure` or `ModelError` for errors in the stream, after
   * having given what else the event held (usage beside a content-filter stop is paid for too).
   */
  read(event: JsonObject, name: string | null): Iterable<ModelEvent>;
  /**
   * Why the answer ended, or null while the provider has not said so: then it was truncated.
   * `sawDone` tells that the stream was closed on purpose (`[DONE]`), which some servers do without giving a reason.
   */
  finishReason(sawDone: boolean): FinishReason | null;
  /** The error that the end of a complete answer is (a content filter's stop), where usage may still follow it. */
  endFault?(): ModelError | null;
  /** What the answer asked for that nobody here carries out (custom tools, shells, approvals), by type. */
  unusable?(): readonly string[];
  /** True once nothing of worth can follow, so that the socket need not be drained. */
  ended(): boolean;
  /** What is known only now that the answer is complete; asked once, before the end. */
  rest?(): Iterable<ModelEvent>;
  /** Reads a whole answer that came as one JSON document, from servers that do not stream; null when it is none. */
  readWhole?(body: JsonObject): Iterable<ModelEvent> | null;
  /** True when the provider only paused: the answer goes on in the response to another request. Asked once a response. */
  resumes?(): boolean;
}

/** An error that the provider reported inside the stream, in its own words; the transport classifies it. */
export class StreamFailure extends Error {
  readonly body: unknown;
  constructor(body: unknown) {
    super("the provider reported an error inside the stream");
    this.name = "StreamFailure";
    this.body = body;
  }
}

/** The stream held something that is not the dialect: damaged on its way, or cut inside an event. */
export class DamagedStream extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DamagedStream";
  }
}
