// Models room: one call from request to judged end, the same for every dialect. Each failure leaves as a `ModelError`.
import { Stream } from "@anthropic-ai/sdk/core/streaming";
import type { FinishReason } from "../core/message.ts";
import type { JsonObject } from "../core/part.ts";
import { type AnswerReader, DamagedStream, StreamFailure } from "./answer-reader.ts";
import { CallLine } from "./call-line.ts";
import { classifyError } from "./classify-error.ts";
import { pageTitle } from "./failure-facts.ts";
import { ownFault } from "./own-fault.ts";
import { ModelError, type ModelEvent } from "./provider.ts";
import { objectOf, parseObject } from "./untrusted-json.ts";
import { WholeCharacters } from "./whole-characters.ts";

/** Silence after which a call counts as dead (SPEC X3), unless configured otherwise. */
export const silenceMsDefault = 10 * 60 * 1000;

export interface AnswerSource {
  readonly provider: string;
  readonly reader: AnswerReader;
  /** Sends the request; resolves with the response once its headers are there. Throws the SDK's errors. */
  readonly open: (signal: AbortSignal) => Promise<Response>;
  readonly silenceMs: number;
  readonly secrets: readonly string[];
}

/**
 * Streams one answer: (part | usage | response)* finish. Throws `signal.reason` when aborted, else a `ModelError`:
 * for what the provider said, for a stream cut before its end, for silence, for an answer without output (SPEC L9).
 */
export async function* streamAnswer(source: AnswerSource, signal: AbortSignal): AsyncGenerator<ModelEvent> {
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
  yield* characters.flush();
  yield { type: "finish", finish_reason: judge.verdict() };
}

async function* answerEvents(
  source: AnswerSource,
  line: CallLine,
  judge: EndJudge,
): AsyncGenerator<ModelEvent> {
  const response = await source.open(line.signal);
  const body = await eventStreamBody(response, source.provider);
  // The decoder reads the body by `for await` alone; a web stream around these bytes would only add turns of the event
  // loop to each part. That is what the cast says; the cut tests would fail if the pinned SDK ever read it otherwise.
  const events = Stream.rawEvents({ body: line.bytes(body) } as unknown as Response);
  for await (const event of events) {
    if (event.data === "[DONE]") {
      judge.sawDone = true;
      return;
    }
    if (event.data === "") continue;
    yield* source.reader.read(parseEvent(event.data), event.event);
    if (source.reader.ended()) return;
    if (source.reader.finishReason(false) !== null) line.expectOnlyUsage();
  }
}

/** Decides whether and how an answer ended. */
class EndJudge {
  sawDone = false;
  readonly #source: AnswerSource;
  #hasOutput = false;

  constructor(source: AnswerSource) {
    this.#source = source;
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
  const { provider, secrets } = source;
  if (line.fellSilent) return ownFault({ kind: "stream_silence", retryable: true }, provider);
  return new ModelError(classifyError(error, { provider, now_ms: Date.now(), secrets }), error);
}

/** The body, when it is an event stream; servers that answer 200 with something else are told apart here. */
async function eventStreamBody(response: Response, provider: string): Promise<ReadableStream<Uint8Array>> {
  const type = response.headers.get("content-type") ?? "";
  const isPage = type.includes("text/html");
  if (response.body !== null && !isPage && !type.includes("application/json")) return response.body;
  const text = await response.text();
  const error = parseObject(text)?.["error"];
  if (error !== undefined && error !== null) throw new StreamFailure(error);
  // A wrong base URL often lands on a web page or another API: no retry makes that a stream of events.
  throw ownFault(
    { kind: "config", retryable: false, cause: "address" },
    provider,
    isPage ? pageTitle(text) : text,
  );
}

function parseEvent(data: string): JsonObject {
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
