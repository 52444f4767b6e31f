// Models room: one call from request to judged end, the same for every dialect. Each failure leaves as a `ModelError`.
import type { FinishReason } from "../core/message.ts";
import type { JsonObject } from "../core/part.ts";
import { type AnswerReader, DamagedStream, StreamFailure } from "./answer-reader.ts";
import { CallLine } from "./call-line.ts";
import { classifyError } from "./classify-error.ts";
import { ownFault } from "./own-fault.ts";
import { ModelError, type ModelEvent } from "./provider.ts";
import { type ServerEvent, serverEvents } from "./server-events.ts";
import { objectOf } from "./untrusted-json.ts";
import { wholeAnswer } from "./whole-answer.ts";
import { WholeCharacters } from "./whole-characters.ts";
import { withoutEcho } from "./without-echo.ts";

/** Silence after which a call counts as dead (SPEC X3), unless configured otherwise. */
export const silenceMsDefault = 10 * 60 * 1000;

export interface AnswerSource {
  readonly provider: string;
  readonly reader: AnswerReader;
  /** Sends the request, again after a pause; resolves with the response once its headers are there. Throws the SDK's errors. */
  readonly open: (signal: AbortSignal) => Promise<Response>;
  readonly silenceMs: number;
  readonly secrets: readonly string[];
  /** This is the replay of a whole history: a provider that asks for one now would ask for ever. */
  readonly replays: boolean;
  /** What the answer begins with: the model was asked to go on with it. */
  readonly begun: string | null;
}

/** Streams one answer, or what follows the text that it was begun with. As `wholeStream`. */
export function streamAnswer(source: AnswerSource, signal: AbortSignal): AsyncIterable<ModelEvent> {
  const events = wholeStream(source, signal);
  return source.begun === null ? events : withoutEcho(events, source.begun);
}

/**
 * Streams one answer: (part | usage | response)* finish. Throws `signal.reason` when aborted, else a `ModelError`:
 * for what the provider said, for a stream cut before its end, for silence, for an answer without output (SPEC L9).
 */
async function* wholeStream(source: AnswerSource, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  signal.throwIfAborted();
  const line = new CallLine(signal, source.silenceMs);
  const characters = new WholeCharacters();
  const judge = new EndJudge(source);
  try {
    for await (const event of answerEvents(source, line, judge)) {
      const whole = characters.pass(event);
      if (whole === null) continue;
      judge.note(whole);
      yield whole;
      signal.throwIfAborted();
    }
  } catch (error) {
    signal.throwIfAborted();
    // The line may break, or be cut by us, after the answer was complete: nothing is missing then.
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

/** What the end of an answer brings, whole or not: of one that was cut there is no more to know. */
function* lastEvents(characters: WholeCharacters, judge: EndJudge): Iterable<ModelEvent> {
  for (const event of judge.finishReason() === null ? [] : (judge.reader.rest?.() ?? [])) {
    const whole = characters.pass(event);
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
    const whole = await wholeAnswer(response, source, line);
    if (whole !== null) yield* whole;
    else yield* streamedEvents(response, line, judge);
  } while (reader.resumes?.() === true);
}

async function* streamedEvents(
  response: Response,
  line: CallLine,
  judge: EndJudge,
): AsyncGenerator<ModelEvent> {
  const { reader } = judge;
  if (response.body === null) return;
  for await (const event of serverEvents(line.bytes(response.body))) {
    if (event.data === "[DONE]") {
      judge.sawDone = true;
      return;
    }
    let isPart = false;
    for (const read of reader.read(parseEvent(event), event.name)) {
      isPart ||= read.type === "part";
      yield read;
    }
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
    // An answer may have been cut off behind its last word: then nothing is left to say.
    this.#hasOutput = source.begun !== null;
  }

  get reader(): AnswerReader {
    return this.#source.reader;
  }

  note(event: ModelEvent): void {
    if (event.type !== "part" || event.delta.type === "reasoning") return;
    this.#hasOutput ||= event.delta.type !== "text" || event.delta.text.trim() !== "";
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
    // Reasoning alone is no answer; a tool call is one.
    if (!this.#hasOutput) throw ownFault({ kind: "no_output", retryable: true }, provider);
    return reason;
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
  // What a provider or a socket threw may hold keys and headers, and a logger prints causes; a bug of ours needs its stack.
  return isOwnBug(error) ? new ModelError(fault, error) : new ModelError(fault);
}

function isOwnBug(error: unknown): boolean {
  const isBug = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  return isBug && error.cause === undefined;
}

function parseEvent({ data }: ServerEvent): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    // Without the cause, whose words quote the answer.
    throw new DamagedStream("an event of the stream is not JSON");
  }
  // A bare string or list is an event of no dialect: ignored as unknown ones are.
  return objectOf(value) ?? {};
}
