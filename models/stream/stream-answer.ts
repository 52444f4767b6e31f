// Runs one call from request to judged end, in the same way for every dialect. Every failure becomes a `ModelError`.

import type { FinishReason } from "../../core/chat/message.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { isBlank } from "../../core/text/blank.ts";
import { classifyError } from "../errors/classify-error.ts";
import { ownFault, unsupportedItems } from "../errors/own-fault.ts";
import { openBody } from "../http/answer-body.ts";
import { type AnswerReader, DamagedStream, StreamFailure } from "../http/answer-reader.ts";
import { DONE, type ServerEvent, serverEvents } from "../http/server-events.ts";
import { objectOf, parseJson, parseObject } from "../http/untrusted-json.ts";
import { withoutEcho } from "../prompt/without-echo.ts";
import { ModelError, type ModelEvent } from "../provider.ts";
import { CallLine, type LineLimits } from "../recording/call-line.ts";
import { storableEvent } from "./storable-event.ts";
import { addressFault, readText, wholeAnswer } from "./whole-answer.ts";
import { WholeCharacters } from "./whole-characters.ts";

/** Silence after which a call counts as dead (SPEC X3), unless configured otherwise. */
const silenceMsDefault = 10 * 60 * 1000;
/** Longer than any model thinks in one piece with nothing but keep-alives. */
const contentSilenceMsDefault = 60 * 60 * 1000;

/** The limits of a provider's calls. */
export function lineLimits({ silenceMs, contentSilenceMs }: Partial<LineLimits>): LineLimits {
  return {
    silenceMs: silenceMs ?? silenceMsDefault,
    contentSilenceMs: contentSilenceMs ?? contentSilenceMsDefault,
  };
}

export interface AnswerSource {
  readonly provider: string;
  readonly reader: AnswerReader;
  /**
   * Sends the request, and again after a pause. Resolves with the response once its headers are there. Throws the SDK's
   * errors.
   */
  readonly open: (signal: AbortSignal) => Promise<Response>;
  readonly limits: LineLimits;
  /** Names of the tools that the model was offered. */
  readonly tools: readonly string[];
  readonly secrets: readonly string[];
  /** This call sends a whole history: a provider that asks for one again would ask for ever. */
  readonly replays: boolean;
  /** The start of the answer, which the model was asked to continue. */
  readonly begun: string | null;
}

/** Streams one answer, or what follows the started text. Otherwise like `wholeStream`. */
export function streamAnswer(source: AnswerSource, signal: AbortSignal): AsyncIterable<ModelEvent> {
  const events = wholeStream(source, signal);
  return source.begun === null ? events : withoutEcho(events, source.begun);
}

/**
 * Streams one answer: (part | usage | response)* finish. Throws `signal.reason` if aborted, else a `ModelError`: for
 * what the provider said, for a stream cut before its end, for silence, for an answer without output (SPEC L9).
 */
async function* wholeStream(source: AnswerSource, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  signal.throwIfAborted();
  const line = new CallLine(signal, source.limits);
  const characters = new WholeCharacters();
  const judge = new EndJudge(source);
  try {
    for await (const event of answerEvents(source, line, judge)) {
      const whole = characters.pass(storableEvent(event, source.tools));
      if (whole === null) continue;
      judge.note(whole);
      yield whole;
      signal.throwIfAborted();
    }
  } catch (error) {
    signal.throwIfAborted();
    // The connection may break, or be cut by us, after the answer was complete: nothing is missing then.
    const complete =
      judge.finishReason() !== null && !(error instanceof ModelError || error instanceof StreamFailure);
    if (!complete) throw asModelError(error, source, line);
  } finally {
    line.close();
  }
  signal.throwIfAborted();
  yield* lastEvents(characters, judge);
  yield { type: "finish", finish_reason: judge.verdict() };
}

/** What the end of an answer brings, complete or not. About an answer that was cut, nothing more can be known. */
function* lastEvents(characters: WholeCharacters, judge: EndJudge): Iterable<ModelEvent> {
  for (const event of judge.finishReason() === null ? [] : (judge.reader.rest?.() ?? [])) {
    const whole = characters.pass(storableEvent(event, judge.tools));
    if (whole === null) continue;
    judge.note(whole);
    yield whole;
  }
  yield* characters.flush();
}

async function* answerEvents(
  source: AnswerSource,
  line: CallLine,
  judge: EndJudge,
): AsyncGenerator<ModelEvent> {
  const { reader } = source;
  do {
    const response = await line.dial(source.open);
    if (response.body === null) continue;
    const label = response.headers.get("content-type") ?? "";
    const { form, bytes } = await openBody(line.bytes(response.body), label);
    if (form === "events") yield* streamedEvents(bytes, line, judge);
    else yield* documentEvents(await readText(bytes), label, { source, line, judge });
  } while (reader.resumes?.() === true);
}

interface Reading {
  readonly source: AnswerSource;
  readonly line: CallLine;
  readonly judge: EndJudge;
}

/** A document is a whole answer, an error, or lines of JSON that are events without field names. */
async function* documentEvents(text: string, label: string, reading: Reading): AsyncGenerator<ModelEvent> {
  const { source, line, judge } = reading;
  const whole = wholeAnswer(text, source);
  if (whole !== null) return yield* whole;
  let isAnswer = false;
  for await (const event of streamedEvents(inOnePiece(text), line, judge)) {
    isAnswer = true;
    yield event;
  }
  // If a stream broke off inside its first line, another try may help. For a web page or another API it does not.
  const isCut = label.includes("event-stream") && !text.startsWith("<") && parseObject(text) === null;
  if (!isAnswer && !isCut && judge.finishReason() === null) throw addressFault(text, source);
}

async function* inOnePiece(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

/** Characters of events that show nothing: a month of keep-alives, and more sealed reasoning than any model sends. */
const hiddenCharsMax = 128 * 1024 * 1024;

async function* streamedEvents(
  bytes: AsyncIterable<Uint8Array>,
  line: CallLine,
  judge: EndJudge,
): AsyncGenerator<ModelEvent> {
  const { reader } = judge;
  let hiddenChars = 0;
  for await (const event of serverEvents(bytes)) {
    if (event.data.trim() === DONE) {
      judge.sawDone = true;
      return;
    }
    let isPart = false;
    for (const read of reader.read(parseEvent(event), event.name)) {
      isPart ||= read.type === "part";
      yield read;
    }
    if (isPart) line.heardContent();
    else hiddenChars += event.data.length;
    if (hiddenChars > hiddenCharsMax) throw new DamagedStream("the stream says nothing, without end");
    if (reader.ended()) return;
    if (reader.finishReason(false) === null || isPart) line.expectMore();
    if (reader.finishReason(false) !== null) line.expectOnlyUsage();
  }
}

/** Decides whether and how an answer ended. */
class EndJudge {
  sawDone = false;
  readonly #source: AnswerSource;
  #hasOutput: boolean;

  constructor(source: AnswerSource) {
    this.#source = source;
    // The answer may have been cut off after its last word: then nothing is left to say.
    this.#hasOutput = source.begun !== null;
  }

  get tools(): readonly string[] {
    return this.#source.tools;
  }

  get reader(): AnswerReader {
    return this.#source.reader;
  }

  note(event: ModelEvent): void {
    if (event.type !== "part" || event.delta.type === "reasoning") return;
    this.#hasOutput ||= event.delta.type !== "text" || !isBlank(event.delta.text);
  }

  finishReason(): FinishReason | null {
    return this.#source.reader.finishReason(this.sawDone);
  }

  verdict(): FinishReason {
    const reason = this.finishReason();
    const { provider, reader } = this.#source;
    const fault = reader.endFault?.() ?? null;
    if (fault !== null) throw fault;
    if (reason === null) throw ownFault({ kind: "network", retryable: true, cause: "truncated" }, provider);
    // Reasoning alone is not an answer; a tool call is one.
    if (!this.#hasOutput) throw this.#emptyAnswer(reason);
    return reason;
  }

  #emptyAnswer(reason: FinishReason): ModelError {
    const { provider, reader } = this.#source;
    const unusable = reader.unusable?.() ?? [];
    if (unusable.length > 0) return unsupportedItems(provider, unusable);
    const { fault } = ownFault({ kind: "no_output", retryable: true }, provider);
    // The model has nothing to add: after tool results this is an end (SPEC L16).
    return new ModelError(reason === "stop" ? { ...fault, ended_empty: true } : fault);
  }
}

function asModelError(error: unknown, source: AnswerSource, line: CallLine): ModelError {
  if (error instanceof ModelError) return error;
  const { provider, secrets, replays, begun } = source;
  if (line.fellSilent) return ownFault({ kind: "stream_silence", retryable: true }, provider);
  const fault = classifyError(error, {
    provider,
    now_ms: Date.now(),
    secrets,
    replays,
    continues: begun !== null,
  });
  // What a provider or a socket threw may contain keys and headers, and loggers print causes. A bug of ours needs its
  // stack.
  return isOwnBug(error) ? new ModelError(fault, error) : new ModelError(fault);
}

function isOwnBug(error: unknown): boolean {
  const isBug = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  return isBug && error.cause === undefined;
}

/** Keep-alives, and events that only announce what others bring or repeat. */
const NEEDLESS =
  /^(?:ping|keep-?alive|heartbeat|response\.(?:queued|in_progress|content_part\.\w+|reasoning_summary_part\.\w+|output_text\.done))$/;

function parseEvent({ name, data }: ServerEvent): JsonObject {
  const value = parseJson(data);
  // Without the cause, whose message quotes the answer.
  if (value === undefined && !NEEDLESS.test(name ?? ""))
    throw new DamagedStream("an event of the stream is not JSON");
  // A bare string or list is an event of no dialect. Ignored, like unknown events.
  return objectOf(value) ?? {};
}
