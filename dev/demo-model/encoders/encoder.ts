// The port of the three dialects: an encoder puts one answer into its dialect's words, as a stream or as one body.
import { randomBytes } from "node:crypto";
import type { AnswerRecord, Place } from "../answer-record.ts";
import type { JsonObject } from "../json.ts";
import type { AnswerEnd, AnswerEvent } from "../plan/answer-event.ts";
import type { StreamErrorScript } from "../plan/script-step.ts";
import type { ModelCall } from "../request/model-call.ts";

export interface EncoderOptions {
  readonly call: ModelCall;
  readonly record: AnswerRecord;
  /** Of the answer, made by `newId`. */
  readonly id: string;
}

/** Each method returns the bytes of the wire as text: whole events, possibly none. */
export interface Encoder {
  begin(): string;
  /** `place` is where the record has put the event, before this call. */
  event(event: AnswerEvent, place: Place): string;
  /** Closes what is open and sends the terminal events. */
  finish(end: AnswerEnd): string;
  streamError(error: StreamErrorScript): string;
  /** The whole answer, for a caller that does not stream. */
  body(end: AnswerEnd): JsonObject;
}

const idBytes = 12;

/** A fresh id as services make them, e.g. `call_3f…`. */
export function newId(prefix: string): string {
  return `${prefix}_${randomBytes(idBytes).toString("hex")}`;
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
