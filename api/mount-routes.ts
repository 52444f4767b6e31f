// The API speaks HTTP and the store; this file: described routes become Express handlers that validate, call and answer.
import type { Express, RequestHandler, Response } from "express";
import { Refusal, type RefusalCode } from "../core/refusal.ts";
import { type Logger, loggerFor } from "../platform/logger.ts";
import { callerOf } from "./middleware/authenticate.ts";
import { requestIdOf } from "./middleware/request-id.ts";
import { type Answer, expressPath, type Input, type RawExchange, type Route, TAKEN_OVER } from "./route.ts";
import { validate } from "./validate.ts";

/** What a path parameter that cannot exist means. */
const NOT_FOUND_BY_PARAM: Readonly<Record<string, RefusalCode>> = {
  chat: "chat_not_found",
  message: "message_not_found",
  queued_message: "queued_message_not_found",
  workspace: "workspace_not_found",
  build: "build_not_found",
  template: "template_not_found",
  user: "user_not_found",
};
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** Mounts the routes, and behind each path a 405 for every other method. */
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
  return async (request, response, next) => {
    response.locals["route"] = each.path;
    const input = readInput(each, { request, response, next }, logger);
    const answer = await each.handler(input);
    if (answer !== TAKEN_OVER) send(response, answer);
  };
}

function readInput(each: Route, raw: RawExchange, logger: Logger): Input<unknown, unknown, unknown> {
  const { request, response } = raw;
  const params = readParams(each, request.params);
  const chatId = params["chat"];
  if (typeof chatId === "string") response.locals["chatId"] = chatId;
  return {
    params,
    query: each.query === undefined ? undefined : validate(each.query, request.query),
    body: each.body === undefined ? undefined : validate(each.body, request.body as unknown),
    get caller() {
      const caller = callerOf(response);
      if (caller === undefined) throw new Refusal("unauthenticated");
      return caller;
    },
    idempotencyKey: each.changes === true ? readIdempotencyKey(request.get("Idempotency-Key")) : null,
    logger: loggerFor(logger, {
      requestId: requestIdOf(response),
      ...(typeof chatId === "string" && { chatId }),
    }),
    raw,
  };
}

/** An id that cannot exist is simply not there: 404, like any other unknown one. */
function readParams(each: Route, params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const schemas = Object.entries(each.params?.shape ?? {});
  return Object.fromEntries(
    schemas.map(([name, schema]) => [
      name,
      validate(schema, params[name], NOT_FOUND_BY_PARAM[name] ?? "not_found"),
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
