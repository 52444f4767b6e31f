// One model request from its bytes to the end of its answer.
import type { IncomingMessage, ServerResponse } from "node:http";
import { AnswerRecord } from "../answer-record.ts";
import { createAnthropicEncoder } from "../encoders/anthropic-encoder.ts";
import { createChatEncoder } from "../encoders/chat-encoder.ts";
import { type Encoder, type EncoderOptions, newId } from "../encoders/encoder.ts";
import { createResponsesEncoder } from "../encoders/responses-encoder.ts";
import { errorBody } from "../encoders/wire-error.ts";
import { type JsonObject, objectOf, textOf } from "../json.ts";
import { defaultStep, wantsDescription } from "../plan/default-answer.ts";
import type { Gates } from "../plan/gates.ts";
import { planAnswer } from "../plan/plan-answer.ts";
import { playAnswer } from "../plan/play-answer.ts";
import type { ScriptBook } from "../plan/script-book.ts";
import type { HttpErrorScript, ScriptStep } from "../plan/script-step.ts";
import type { LoggedCall, RequestLog } from "../request-log.ts";
import { readJson, sendJson } from "../send-json.ts";
import { CallerLine } from "./caller-line.ts";
import type { EarlierResponses } from "./earlier-responses.ts";
import { CallRefused, type DialectName, type ModelCall } from "./model-call.ts";
import { readCall } from "./read-call.ts";

/** What the server remembers between requests. */
export interface Memory {
  readonly log: RequestLog;
  readonly gates: Gates;
  readonly scripts: ScriptBook;
  readonly earlier: EarlierResponses;
}

export const missingModel = "no-such-model";
const invalidKey = "invalid";

const ID_PREFIXES: Readonly<Record<DialectName, string>> = {
  "openai-chat": "chatcmpl",
  "openai-responses": "resp",
  anthropic: "msg",
};
const CALL_ID_PREFIXES: Readonly<Record<DialectName, string>> = {
  "openai-chat": "call",
  "openai-responses": "call",
  anthropic: "toolu",
};

interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly dialect: DialectName;
  readonly memory: Memory;
}

/** Answers one request; resolves when its answer has ended, whatever way. */
export async function answerRequest(exchange: Exchange): Promise<void> {
  let body: JsonObject = {};
  try {
    body = objectOf(await readJson(exchange.req));
    checkAccess(exchange.req, body);
    const call = readCall(exchange.dialect, body, exchange.memory.earlier.before(body));
    const { scripts } = exchange.memory;
    const chosen = wantsDescription(call) ? scripts.ofModel(call) : scripts.choose(call);
    const logged = begin(exchange, body, { key: chosen?.key ?? null, step: chosen?.stepIndex ?? null });
    await answerCall(exchange, { call, logged, step: chosen?.step ?? defaultStep(call) });
  } catch (error) {
    if (!(error instanceof CallRefused)) throw error;
    const { status, message, code } = error;
    refuse(exchange, begin(exchange, body, { key: null, step: null }), { status, message, code });
  }
}

function checkAccess(req: IncomingMessage, body: JsonObject): void {
  if (keyOf(req) === invalidKey) throw new CallRefused(401, "Incorrect API key provided: invalid");
  if (body["model"] !== missingModel) return;
  throw new CallRefused(404, `The model ${missingModel} does not exist`, "model_not_found");
}

function keyOf(req: IncomingMessage): string | null {
  const key = req.headers["x-api-key"] ?? req.headers.authorization?.replace(/^Bearer /, "");
  return typeof key === "string" ? key : null;
}

function begin(exchange: Exchange, body: JsonObject, script: { key: string | null; step: number | null }) {
  const { req, dialect, memory } = exchange;
  const path = req.url ?? "";
  const from = { api_key: keyOf(req), path, model: textOf(body["model"]) };
  return memory.log.begin({ id: newId("req"), dialect, ...from, body, ...script });
}

interface Answering {
  readonly call: ModelCall;
  readonly logged: LoggedCall;
  readonly step: ScriptStep;
}

async function answerCall(exchange: Exchange, { call, logged, step }: Answering): Promise<void> {
  const { res, dialect, memory } = exchange;
  if (step.http_error !== undefined) {
    if (step.hold_until !== undefined && !(await held(exchange, logged, step.hold_until))) return;
    refuse(exchange, logged, step.http_error);
    return;
  }
  const id = newId(ID_PREFIXES[dialect]);
  const record = new AnswerRecord();
  const encoder = createEncoder({ call, record, id }, step);
  const plan = planAnswer(step, {
    key: logged.entry.key ?? id,
    prefill: call.prefill,
    newCallId: () => newId(CALL_ID_PREFIXES[dialect]),
  });
  const headers = { ...requestIdHeader(dialect, logged), "cache-control": "no-cache" };
  // Known before the last byte leaves: the caller may continue this response at once.
  const onFinish = () => memory.earlier.keep(id, call, record);
  await playAnswer({
    res,
    call,
    step,
    plan,
    encoder,
    record,
    logged,
    gates: memory.gates,
    headers,
    onFinish,
  });
}

function createEncoder(options: EncoderOptions, step: ScriptStep): Encoder {
  switch (options.call.dialect) {
    case "openai-chat":
      return createChatEncoder(options);
    case "openai-responses":
      return createResponsesEncoder(options);
    case "anthropic":
      return createAnthropicEncoder(
        options,
        step.no_usage ? null : options.record.usage(options.call.inputTokens, step),
      );
  }
}

/** Waits before the error; whether the caller is still there. */
async function held(exchange: Exchange, logged: LoggedCall, gate: string): Promise<boolean> {
  const line = new CallerLine(exchange.res, logged);
  logged.change({ status: "held" });
  await line.hold(exchange.memory.gates, gate);
  return !line.closed;
}

function refuse(exchange: Exchange, logged: LoggedCall, error: HttpErrorScript): void {
  const { res, dialect } = exchange;
  logged.change({ http_status: error.status });
  logged.end("refused");
  const headers = {
    ...requestIdHeader(dialect, logged),
    ...(error.retry_after === undefined ? {} : { "retry-after": String(error.retry_after) }),
    ...(error.retry_after_ms === undefined ? {} : { "retry-after-ms": String(error.retry_after_ms) }),
  };
  if (error.html !== true) {
    sendJson(res, { status: error.status, body: errorBody(dialect, error), headers });
    return;
  }
  const words = error.message ?? `${error.status} Bad Gateway`;
  res.writeHead(error.status, { ...headers, "content-type": "text/html" });
  res.end(
    `<!DOCTYPE html>\n<html><head><title>${words}</title></head><body><h1>${words}</h1></body></html>\n`,
  );
}

function requestIdHeader(dialect: DialectName, logged: LoggedCall): Record<string, string> {
  return { [dialect === "anthropic" ? "request-id" : "x-request-id"]: logged.entry.id };
}
