// Builds the transport to a server: streamable HTTP, or a program that is spoken to over stdio, beside the worker or inside a
// workspace.
import { tmpdir } from "node:os";
import {
  type AuthProvider,
  StreamableHTTPClientTransport,
  type Transport,
} from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { Processes } from "../../workspaces/agent/api.ts";
import { answerBytesMax } from "../limits.ts";
import type { McpServer, McpTransport } from "../server.ts";
import { type Fetch, withBoundedBodies } from "./bounded-bodies.ts";
import { WorkspaceTransport } from "./workspace-transport.ts";

/** What connections may do, as the deployment allows. */
export interface McpPlace {
  /** Opens no socket to a forbidden address. */
  readonly fetch: Fetch;
  /** Whether programs may be started: whoever may name a program acts as the worker's user. */
  readonly allowStdio: boolean;
}

/** A server with the credentials of one user. */
export interface McpTarget {
  readonly server: McpServer;
  /** Equal for those who may share a connection. */
  readonly key: string;
  /** Null: the server wants no OAuth. */
  readonly signedIn: AuthProvider | null;
  /** The processes of the workspace that a program runs in; null: it is none, or runs beside the worker. */
  readonly inside: ((signal: AbortSignal) => Promise<Processes>) | null;
}

export interface OpenedTransport {
  readonly transport: Transport;
  /** Ends it at once, for a server that does not stop sending. */
  readonly kill: () => void;
  /** Why it has ended, where the transport knows more than the library says; null: it has not, or nobody knows. */
  readonly why: () => Error | null;
}

/** Nothing is connected yet. `signedIn` brings the tokens of a server that wants OAuth. */
export function openTransport(
  { transport, auth }: Pick<McpServer, "transport" | "auth">,
  place: McpPlace,
  { signedIn, inside }: Pick<McpTarget, "signedIn" | "inside">,
): OpenedTransport {
  if (transport.type === "stdio" && inside !== null) {
    const program = new WorkspaceTransport(transport, inside);
    return { transport: program, kill: () => program.kill(), why: () => program.fault };
  }
  if (transport.type === "stdio") return openStdio(transport);
  const { url, headers } = transport;
  const bearer = auth.type === "bearer" ? { Authorization: `Bearer ${auth.token}` } : {};
  const http = new StreamableHTTPClientTransport(new URL(url), {
    fetch: withBoundedBodies(place.fetch),
    requestInit: { headers: { ...headers, ...bearer } },
    onInsufficientScope: "throw",
    ...(signedIn !== null && { authProvider: signedIn }),
  });
  return { transport: http, kill: () => void http.close().catch(() => undefined), why: () => null };
}

/**
 * The program gets the few variables that the library deems safe and those of the server, never the worker's: its keys are among
 * them.
 */
function openStdio({ command, args, env }: McpTransport & { type: "stdio" }): OpenedTransport {
  const stdio = new StdioClientTransport({
    command,
    args: [...args],
    env: { ...env },
    cwd: tmpdir(),
    stderr: "ignore",
    maxBufferSize: answerBytesMax,
  });
  const kill = () => {
    const { pid } = stdio;
    try {
      if (pid !== null) process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
    void stdio.close().catch(() => undefined);
  };
  return { transport: stdio, kill, why: () => null };
}
