// The demo model: an HTTP server that speaks three dialects and plays scripts. It serves tests, the demo and the benchmarks.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { answerControl, waitForLog } from "./control-routes.ts";
import { errorBody } from "./encoders/wire-error.ts";
import { answerMcp } from "./ferry/answer-mcp.ts";
import { openFerryDesk } from "./ferry/ferry-desk.ts";
import { listModels } from "./list-models.ts";
import { Gates } from "./plan/gates.ts";
import { ScriptBook } from "./plan/script-book.ts";
import { parseScript, type ScriptStepWithAttempts } from "./plan/script-step.ts";
import { answerRequest, type Memory } from "./request/answer-request.ts";
import { EarlierResponses } from "./request/earlier-responses.ts";
import { CallRefused, type DialectName } from "./request/model-call.ts";
import { type LogWait, RequestLog, type RequestLogEntry } from "./request-log.ts";
import { sendJson } from "./send-json.ts";

export interface DemoModelOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly host?: string;
}

export interface DemoModel {
  readonly port: number;
  /** Without a path: OpenAI's base URL is this and `/v1`, Anthropic's is this. */
  readonly url: string;
  requests(key?: string): readonly RequestLogEntry[];
  clearLog(): void;
  /** Makes `#script key=<key>` mean these steps. Throws an Error for a step that is none. */
  script(key: string, steps: readonly ScriptStepWithAttempts[]): void;
  /** Opens a gate, for ever. */
  release(gate: string): void;
  /** The calls for which it has happened; rejects when it does not in time (30 s). */
  waitFor(wait: LogWait & { readonly timeoutMs?: number }): Promise<readonly RequestLogEntry[]>;
  /** Closes all connections. */
  stop(): Promise<void>;
}

const DIALECTS: Readonly<Record<string, DialectName>> = {
  "/v1/chat/completions": "openai-chat",
  "/v1/responses": "openai-responses",
  "/v1/messages": "anthropic",
};
/** Longer than callers keep idle sockets: else one is closed just as a caller takes it again, which looks like a fault. */
const keepAliveMs = 10 * 60 * 1000;

/** Starts the demo model; resolves when it listens. Rejects when the port is taken. */
export async function startDemoModel(options: DemoModelOptions = {}): Promise<DemoModel> {
  const memory: Memory = {
    log: new RequestLog(),
    gates: new Gates(),
    scripts: new ScriptBook(),
    earlier: new EarlierResponses(),
  };
  const desk = openFerryDesk();
  const server = createServer({ keepAliveTimeout: keepAliveMs }, (req, res) => {
    const answered = pathOf(req) === "/mcp" ? answerMcp({ req, res, desk }) : answer(req, res, memory);
    answered.catch((error: unknown) => answerFault(req, res, error));
  });
  const host = options.host ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    port,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    requests: (key) => memory.log.entries(key),
    clearLog: () => memory.log.clear(),
    script: (key, steps) => memory.scripts.register(key, parseScript(steps)),
    release: (gate) => memory.gates.release(gate),
    async waitFor({ timeoutMs, ...wait }) {
      const entries = await waitForLog(memory, wait, { timeoutMs });
      if (entries === null) throw new Error(`it did not happen in time: ${JSON.stringify(wait)}`);
      return entries;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pathOf(req: IncomingMessage): string {
  return (req.url ?? "/").split("?")[0] ?? "/";
}

async function answer(req: IncomingMessage, res: ServerResponse, memory: Memory): Promise<void> {
  const path = pathOf(req);
  const dialect = DIALECTS[path];
  if (dialect !== undefined && req.method === "POST") return answerRequest({ req, res, dialect, memory });
  if (req.method === "GET" && (path === "/v1/models" || path.startsWith("/v1/models/"))) {
    return listModels(req, res, path);
  }
  if (req.method === "GET" && path === "/healthz")
    return sendJson(res, { status: 200, body: { status: "ok" } });
  if (await answerControl(req, res, memory)) return;
  sendJson(res, {
    status: 404,
    body: errorBody("openai-chat", { status: 404, message: `Unknown request: ${req.method} ${path}` }),
  });
}

function answerFault(req: IncomingMessage, res: ServerResponse, error: unknown): void {
  // The caller hung up while its request was being read: there is nobody to tell.
  if (req.destroyed && !req.complete) return;
  const status = error instanceof CallRefused ? error.status : 500;
  const message = error instanceof Error ? error.message : String(error);
  if (status === 500) process.stderr.write(`demo model: ${error instanceof Error ? error.stack : message}\n`);
  if (res.headersSent) res.destroy();
  else sendJson(res, { status, body: errorBody("openai-chat", { status, message }) });
}
