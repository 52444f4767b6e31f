// What goes wrong with MCP servers, classified once and said in words that a model and a person can use.
import {
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { headOf } from "../core/text/truncate.ts";
import { faultCharsMax } from "./limits.ts";

/**
 * `unreachable`: no connection, so that nothing was done. `refused`: the server answered with an error. `session-lost`: it has
 * forgotten the connection and done nothing. `lost`: the connection broke after the request was sent. `silent`: no answer in
 * time. `sign-in-needed`: its owner has to sign in, again or for the first time. `no-workspace`: the workspace that
 * it runs in is not there, or does not run. `flooding`: it sent too much.
 */
export type McpFaultType =
  | "unreachable"
  | "refused"
  | "session-lost"
  | "lost"
  | "silent"
  | "sign-in-needed"
  | "no-workspace"
  | "flooding";

export class McpFault extends Error {
  readonly type: McpFaultType;
  constructor(type: McpFaultType, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "McpFault";
    this.type = type;
  }
}

/** Classifies what a call or a handshake threw. `connecting`: no request of a tool was sent yet. */
export function mcpFaultOf(error: unknown, { connecting }: { readonly connecting: boolean }): McpFault {
  const known = causesOf(error).find((each) => each instanceof McpFault);
  if (known instanceof McpFault) return known;
  if (needsSignIn(error)) return new McpFault("sign-in-needed", "it wants a sign-in", error);
  const refused = causesOf(error).find(hasCode("ADDRESS_REFUSED"));
  if (refused !== undefined) return new McpFault("unreachable", wordsOf(refused), error);
  if (error instanceof ProtocolError)
    return new McpFault("refused", `${wordsOf(error)}${pagesWanted(error)}`, error);
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout)
    return new McpFault(connecting ? "unreachable" : "silent", "it did not answer in time", error);
  if (!connecting && error instanceof SdkHttpError && error.status === 404)
    return new McpFault("session-lost", "it has forgotten the connection", error);
  if (!connecting && error instanceof SdkHttpError && error.status !== undefined && error.status < 500)
    return new McpFault("refused", wordsOf(error), error);
  return new McpFault(connecting ? "unreachable" : "lost", wordsOf(error), error);
}

/** Older servers refuse a call until somebody has opened a page: the model can tell people so. */
function pagesWanted({ code, data }: ProtocolError): string {
  if (code !== pageWantedCode) return "";
  const asked = (data as { readonly elicitations?: unknown } | undefined)?.elicitations;
  const pages = (Array.isArray(asked) ? asked : []).slice(0, pagesNamedMax).flatMap((each: unknown) => {
    const { url, message } = (each ?? {}) as { readonly url?: unknown; readonly message?: unknown };
    const words = typeof message === "string" ? `${headOf(message, faultCharsMax)} ` : "";
    return typeof url === "string" ? [`${words}${headOf(url, faultCharsMax)}`] : [];
  });
  return pages.length === 0 ? "" : `. It wants somebody to open first: ${pages.join("; ")}`;
}

function needsSignIn(error: unknown): boolean {
  if (error instanceof UnauthorizedError) return true;
  return (
    error instanceof SdkHttpError &&
    (error.status === 401 || error.code === SdkErrorCode.ClientHttpAuthentication)
  );
}

function hasCode(code: string): (error: Error) => boolean {
  return (error) => (error as { readonly code?: unknown }).code === code;
}

const pagesNamedMax = 3;
/** Of the protocol until 2025-11-25. */
const pageWantedCode = -32042;

/** How deep causes are followed. They may form a circle. */
const causesMax = 6;

function causesOf(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  let next: unknown = error;
  while (next instanceof Error && chain.length < causesMax && !chain.includes(next)) {
    chain.push(next);
    next = next.cause ?? (next instanceof AggregateError ? next.errors[0] : undefined);
  }
  return chain;
}

/** The first line of the innermost cause: outer ones say no more than "fetch failed". Bounded, for a server may have written it. */
function wordsOf(error: unknown): string {
  const inner = causesOf(error).findLast(({ message }) => message !== "");
  const line = (inner?.message ?? String(error)).trim().split("\n", 1)[0] ?? "";
  return headOf(line === "" ? "it failed without a reason" : line, faultCharsMax);
}
