// Answers every error with a problem document, and logs it if it is our fault.
import type { ErrorRequestHandler } from "express";
import { REFUSALS, type Refusal } from "../../../core/chat/refusal.ts";
import type { Logger } from "../../../platform/logger.ts";
import { PROBLEM_CONTENT_TYPE, toProblem, toRefusal } from "../problem.ts";
import { requestIdOf } from "./request-id.ts";

const retryAfterS = 1;

export function answerErrors(logger: Logger): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  // oxlint-disable-next-line max-params
  return (error: unknown, _request, response, _next) => {
    const refusal = toRefusal(error);
    const { status } = REFUSALS[refusal.code];
    const about = { request_id: requestIdOf(response), err: error };
    if (status === 500) logger.error(about, "a request failed");
    else if (refusal.code === "unavailable") logger.warn(about, "a request met an unavailable part");
    // Part of the answer was sent already: it can only be ended visibly.
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const retryAfter = retryAfterOf(refusal) ?? (status === 503 ? retryAfterS : null);
    if (retryAfter !== null) response.setHeader("Retry-After", String(retryAfter));
    response
      .status(status)
      .type(PROBLEM_CONTENT_TYPE)
      .send(JSON.stringify(toProblem(refusal)));
  };
}

/** Some refusals know when it makes sense to come back. */
function retryAfterOf(refusal: Refusal): number | null {
  return "retry_after_s" in refusal && typeof refusal.retry_after_s === "number"
    ? refusal.retry_after_s
    : null;
}
