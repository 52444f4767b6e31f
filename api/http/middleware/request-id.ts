// The API speaks HTTP and the store; this file: each request has an id, the client's own if it sent a sensible one.
import type { RequestHandler, Response } from "express";
import { v7 as uuidv7 } from "uuid";

const HEADER = "X-Request-Id";
/** An id goes into logs and back into a header: anything else in it would be an injection. */
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
