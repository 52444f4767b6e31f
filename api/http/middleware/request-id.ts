// Gives every request an id: the client's own if it sent a usable one.
import type { RequestHandler, Response } from "express";
import { v7 as uuidv7 } from "uuid";

const HEADER = "X-Request-Id";
/** An id goes into logs and back into a header, so other characters could inject something there. */
const SENSIBLE = /^[\w.:/+=-]{1,128}$/;

export const requestId: RequestHandler = (request, response, next) => {
  const sent = request.get(HEADER);
  const id = sent !== undefined && SENSIBLE.test(sent) ? sent : uuidv7();
  response.locals["requestId"] = id;
  response.setHeader(HEADER, id);
  next();
};

export function requestIdOf(response: Response): string {
  return response.locals["requestId"] as string;
}
