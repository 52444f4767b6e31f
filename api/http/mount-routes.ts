// Turns route descriptions into Express handlers that validate, call and answer.
import type { Express, RequestHandler, Response } from "express";
import { z } from "zod";
import { requestBodyBytesMax } from "../../core/chat/limits.ts";
import { Refusal, type RefusalCode } from "../../core/chat/refusal.ts";
import { type Logger, loggerFor } from "../../platform/logger.ts";
import { callerOf } from "./access/authenticate.ts";
import { type Caller, requireAccess } from "./access/caller.ts";
import { type ReadJson, readConversation, readJson } from "./body/read-json.ts";
import { requestIdOf } from "./middleware/request-id.ts";
import { readQuery } from "./read-query.ts";
import {
  type Answer,
  accessOf,
  expressPath,
  type Input,
  type RawExchange,
  type Route,
  TAKEN_OVER,
} from "./route.ts";
import { validate } from "./validate.ts";

/** The refusal for a path parameter that cannot exist. */
const NOT_FOUND_BY_PARAM: Readonly<Record<string, RefusalCode>> = {
  chat: "chat_not_found",
  message: "message_not_found",
  turn: "turn_not_found",
  queued_message: "queued_message_not_found",
  workspace: "workspace_not_found",
  build: "build_not_found",
  terminal: "terminal_not_found",
  template: "template_not_found",
  user: "user_not_found",
  api_key: "api_key_not_found",
  share: "share_not_found",
  token: "share_not_found",
  session: "session_not_found",
  mcp_server: "mcp_server_not_found",
  file: "file_not_found",
};
/** A route without parameters refuses them, since a client that sends one relies on it. */
const NO_QUERY = z.strictObject({});
const NO_BODY: ReadJson = { value: undefined, messages_before: 0 };
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** Mounts the routes, and a 405 for every other method of their paths. */
export function mountRoutes(app: Express, routes: readonly Route[], logger: Logger): void {
  for (const path of new Set(routes.map((each) => each.path))) {
    const here = routes.filter((each) => each.path === path);
    for (const each of here) app[each.method](expressPath(path), handlerOf(each, logger));
    app.all(expressPath(path), refuseMethod(here));
  }
}

function refuseMethod(routes: readonly Route[]): RequestHandler {
  const allowed = routes.map((each) => each.method.toUpperCase());
  if (allowed.includes("GET")) allowed.push("HEAD");
  return (_request, response) => {
    response.setHeader("Allow", allowed.join(", "));
    throw new Refusal("method_not_allowed", `allowed: ${allowed.join(", ")}`);
  };
}

function handlerOf(each: Route, logger: Logger): RequestHandler {
  const access = accessOf(each);
  return async (request, response, next) => {
    response.locals["route"] = each.path;
    if (access !== null) requireAccess(callerIn(response), access);
    const input = await readInput(each, { request, response, next, access }, logger);
    const answer = await each.handler(input);
    if (answer !== TAKEN_OVER) send(response, answer);
  };
}

async function readInput(
  each: Route,
  raw: RawExchange,
  logger: Logger,
): Promise<Input<unknown, unknown, unknown>> {
  const { request, response } = raw;
  const params = readParams(each, request.params);
  const chatId = params["chat"];
  if (typeof chatId === "string") response.locals["chatId"] = chatId;
  const query = readQueryOf(each, request.url);
  const idempotencyKey = each.changes === true ? readIdempotencyKey(request.get("Idempotency-Key")) : null;
  const read = await readRouteBody(each, raw);
  return {
    params,
    query,
    body: each.body === undefined ? undefined : validateBody(each.body, each, read),
    messages_before: read.messages_before,
    get caller() {
      return callerIn(response);
    },
    idempotencyKey,
    logger: loggerFor(logger, {
      requestId: requestIdOf(response),
      ...(typeof chatId === "string" && { chatId }),
    }),
    raw,
  };
}

/** Public calls that describe no query take any: browsers and probes add some of their own. */
function readQueryOf(each: Route, url: string): unknown {
  if (each.access === "public" && each.query === undefined) return undefined;
  return validate(each.query ?? NO_QUERY, readQuery(url));
}

function callerIn(response: Response): Caller {
  const caller = callerOf(response);
  if (caller === undefined) throw new Refusal("unauthenticated");
  return caller;
}

function readRouteBody(each: Route, { request }: RawExchange): Promise<ReadJson> | ReadJson {
  if (each.body === undefined) return NO_BODY;
  return each.body_has_conversation === true
    ? readConversation(request)
    : readJson(request, each.body_bytes_max ?? requestBodyBytesMax);
}

/** Paths of faults count the messages that were skipped, so that they fit the body that was sent. */
function validateBody(schema: z.ZodType, { any_text: anyText }: Route, read: ReadJson): unknown {
  try {
    return validate(schema, read.value, { anyText });
  } catch (error) {
    throw error instanceof Refusal ? movedBy(read.messages_before, error) : error;
  }
}

function movedBy(messagesBefore: number, { code, detail, errors }: Refusal): Refusal {
  const move = (path: string) =>
    path.replace(/^messages\[(\d+)\]/, (_all, at: string) => `messages[${Number(at) + messagesBefore}]`);
  return new Refusal(
    code,
    detail && move(detail),
    errors.map((fault) => ({ ...fault, path: move(fault.path) })),
  );
}

/** An id that cannot exist is answered 404, like any unknown id. */
function readParams(each: Route, params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const schemas = Object.entries(each.params?.shape ?? {});
  return Object.fromEntries(
    schemas.map(([name, schema]) => [
      name,
      validate(schema, params[name], { code: NOT_FOUND_BY_PARAM[name] ?? "not_found" }),
    ]),
  );
}

function readIdempotencyKey(key: string | undefined): string | null {
  if (key === undefined) return null;
  if (IDEMPOTENCY_KEY.test(key)) return key;
  const fault = { path: "Idempotency-Key", message: "expected 1 to 255 printable ASCII characters" };
  throw new Refusal("invalid_request", `${fault.path}: ${fault.message}`, [fault]);
}

function send(response: Response, answer: Answer): void {
  response.status(answer.status);
  if ("text" in answer) {
    response.type(answer.content_type).send(answer.text);
    return;
  }
  response.set(answer.headers ?? {});
  if (answer.body === undefined) response.end();
  else response.json(answer.body);
}
