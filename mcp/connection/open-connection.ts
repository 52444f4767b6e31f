// Connects to a server, in whichever generation of the protocol it speaks, and hides the library behind four functions.
import { Client, type jsonSchemaValidator, type Tool } from "@modelcontextprotocol/client";
import packageJson from "../../package.json" with { type: "json" };
import { connectMs, listPagesMax, messagesBurst, messagesPerSecond, probeMs } from "../limits.ts";
import { McpFault, mcpFaultOf } from "../mcp-fault.ts";
import { askOnLine, type CallsUnderWay, callTool, type McpAnswer, type McpCall } from "./call-tool.ts";
import { createFloodMeter } from "./flood-meter.ts";
import { type McpPlace, type McpTarget, type OpenedTransport, openTransport } from "./open-transport.ts";

/** Every function throws `McpFault`, or the reason of its signal. */
export interface McpConnection {
  isOpen(): boolean;
  listTools(signal: AbortSignal): Promise<readonly Tool[]>;
  call(call: McpCall): Promise<McpAnswer>;
  close(): Promise<void>;
}

export interface OpenConnection extends Omit<McpTarget, "key"> {
  readonly place: McpPlace;
  readonly onToolsChanged: () => void;
  /** It has asked a question that may belong to any of several calls. */
  readonly onAmongOthers: () => void;
  /** It is over, whoever ended it. */
  readonly onClosed: () => void;
}

/**
 * What a server says about its output is not held against what it sends: its schemas could take very long, and the call has been made.
 * Without a validator the library does not even miss structured content that was announced. A test holds it to that.
 */
const NOTHING_IS_CHECKED = { getValidator: () => undefined } as unknown as jsonSchemaValidator;

interface Line extends CallsUnderWay, Pick<OpenedTransport, "why"> {
  readonly client: Client;
  isOpen: boolean;
  flooded: boolean;
}

/** Throws `McpFault`: `unreachable`, `sign-in-needed`, `flooding`, `refused`. */
export async function openConnection(asked: OpenConnection): Promise<McpConnection> {
  const { server, place } = asked;
  if (server.transport.type === "stdio" && asked.inside === null && !place.allowStdio)
    throw new McpFault("unreachable", "programs are not started here: EVERTURN_MCP_STDIO is not 1");
  const opened = openTransport(server, place, asked);
  const { transport, kill, why } = opened;
  const under: CallsUnderWay = { calls: new Set(), strays: new Set() };
  const line: Line = { client: createClient(asked, under), ...under, why, isOpen: true, flooded: false };
  watch(line, { ...opened, onClosed: asked.onClosed });
  try {
    await inTime(line.client.connect(transport, { timeout: connectMs }), kill);
  } catch (error) {
    kill();
    throw faultOf(line, error, true);
  }
  return {
    isOpen: () => line.isOpen && !line.flooded,
    listTools: (signal) => listTools(line, signal),
    call: (call) => callOnLine(line, call),
    close: () => line.client.close().catch(() => undefined),
  };
}

/** Counts what comes, and ends a connection that brings too much. The client calls these listeners beside its own. */
function watch(line: Line, { transport, kill, onClosed }: OpenedTransport & { onClosed: () => void }): void {
  const limits = { burst: messagesBurst, perSecond: messagesPerSecond };
  const isTooMuch = createFloodMeter(limits, () => performance.now());
  const count = () => {
    if (!isTooMuch(1) || line.flooded) return;
    line.flooded = true;
    kill();
  };
  const onclose = () => {
    if (line.isOpen) onClosed();
    line.isOpen = false;
  };
  Object.assign(transport, { onmessage: count, onerror: count, onclose });
}

function faultOf({ flooded, why }: Line, error: unknown, connecting: boolean): McpFault {
  if (flooded) return new McpFault("flooding", "it sent too many messages");
  return mcpFaultOf(why() ?? error, { connecting });
}

async function listTools(line: Line, signal: AbortSignal): Promise<readonly Tool[]> {
  const { client } = line;
  // A server without tools says so by the capability that it lacks.
  if (client.getServerCapabilities()?.tools === undefined) return [];
  // The library bounds each page, and there may be many.
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(connectMs)]);
  try {
    const asked = { signal: bounded, timeout: connectMs, cacheMode: "refresh" } as const;
    return (await client.listTools(undefined, asked)).tools;
  } catch (error) {
    signal.throwIfAborted();
    if (bounded.aborted) throw new McpFault("unreachable", "it did not answer in time");
    throw faultOf(line, error, true);
  }
}

async function callOnLine(line: Line, call: McpCall): Promise<McpAnswer> {
  try {
    return await callTool(line.client, line, call);
  } catch (error) {
    call.signal.throwIfAborted();
    throw faultOf(line, error, false);
  }
}

/** Ends a handshake that hangs in a place that the library does not bound, such as a program that does not start. */
async function inTime(connecting: Promise<void>, kill: () => void): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    kill();
    late.reject(new McpFault("unreachable", "it did not answer in time"));
  }, connectMs);
  try {
    await Promise.race([connecting, late.promise]);
  } finally {
    clearTimeout(timer);
    connecting.catch(() => undefined);
  }
}

function createClient({ onToolsChanged, onAmongOthers }: OpenConnection, under: CallsUnderWay): Client {
  const client = new Client(
    { name: "everturn", version: packageJson.version },
    {
      capabilities: { elicitation: { form: {}, url: {} } },
      // Questions that end a call are kept until somebody answers: the library would want the answers at once.
      inputRequired: { autoFulfill: false },
      versionNegotiation: { mode: "auto", probe: { timeoutMs: probeMs } },
      jsonSchemaValidator: NOTHING_IS_CHECKED,
      listMaxPages: listPagesMax,
      listChanged: { tools: { autoRefresh: false, onChanged: onToolsChanged } },
    },
  );
  client.setRequestHandler("elicitation/create", ({ params }, { mcpReq: { signal } }) =>
    askOnLine(under, params, { signal, onAmongOthers }),
  );
  return client;
}
