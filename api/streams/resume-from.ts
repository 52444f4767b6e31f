// The API speaks HTTP and the store; this file: where a stream is to go on, as its reader says.
import type { Request } from "express";

/**
 * The header wins: a browser sends it when it reconnects, under the URL it began with. Empty, as some clients send it before
 * they have had an id, it says nothing.
 * @param after of the query, already checked
 */
export function resumeFrom(request: Pick<Request, "get">, after: string | undefined): string | undefined {
  return request.get("Last-Event-ID") || after;
}
