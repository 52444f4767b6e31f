// Finds out who makes a request, by the first proof that it brings.
import type { Request, RequestHandler, Response } from "express";
import { ipKeyGenerator } from "express-rate-limit";
import { Refusal } from "../../../core/chat/refusal.ts";
import type { Caller } from "./caller.ts";

/** What a way of authenticating says to a request: whose it is, or why its proof is not good. Null: it brings no such proof. */
export type Recognised = Caller | { readonly refused: string } | null;

/** One way to prove who calls. Throws `Refusal` if the request must not even be looked at. */
export type Recognise = (request: Request, response: Response) => Promise<Recognised> | Recognised;

export function callerOf(response: Response): Caller | undefined {
  return response.locals["caller"] as Caller | undefined;
}

/** The address that a request counts for. An IPv6 client has a whole network of addresses, which counts as one. */
export function addressOf(request: Request): string {
  return ipKeyGenerator(request.ip ?? "");
}

/** Lets only requests pass that prove whose they are, and remembers it. The first way that knows a proof decides. */
export function authenticate(ways: readonly Recognise[]): RequestHandler {
  return async (request, response, next) => {
    const recognised = await recognise(ways, request, response);
    if (recognised === null) throw unauthenticated(response, "send it as `Authorization: Bearer <api key>`");
    if ("refused" in recognised) throw unauthenticated(response, recognised.refused);
    response.locals["caller"] = recognised;
    next();
  };
}

async function recognise(
  ways: readonly Recognise[],
  request: Request,
  response: Response,
): Promise<Recognised> {
  for (const way of ways) {
    const recognised = await way(request, response);
    if (recognised !== null) return recognised;
  }
  return null;
}

function unauthenticated(response: Response, words: string): Refusal {
  response.setHeader("WWW-Authenticate", 'Bearer realm="everturn"');
  return new Refusal("unauthenticated", words);
}

/** The token of `Authorization: Bearer`; null if there is none. */
export function bearerOf(request: Request): string | null {
  return /^Bearer +(\S+) *$/i.exec(request.get("Authorization") ?? "")?.[1] ?? null;
}
