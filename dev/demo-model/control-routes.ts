// The paths under which tests steer the demo model and ask what it saw. They begin with two underscores: no provider has them.
import type { IncomingMessage, ServerResponse } from "node:http";
import { objectOf, textOf } from "./json.ts";
import { parseScript } from "./plan/script-step.ts";
import type { Memory } from "./request/answer-request.ts";
import { CallRefused } from "./request/model-call.ts";
import type { LogWait, RequestLogEntry, WaitEvent } from "./request-log.ts";
import { readJson, sendJson } from "./send-json.ts";

const waitMsDefault = 30_000;
const waitMsMax = 120_000;
const waitEvents: readonly WaitEvent[] = ["started", "held", "chunks", "client_closed", "finished"];

/** Answers a control request; false when the path is none of its own. */
export async function answerControl(
  req: IncomingMessage,
  res: ServerResponse,
  memory: Memory,
): Promise<boolean> {
  const url = new URL(req.url ?? "/", "http://demo-model");
  const key = url.searchParams.get("key") ?? undefined;
  const route = `${req.method} ${url.pathname}`;
  if (route === "GET /__log") sendJson(res, { status: 200, body: { entries: memory.log.entries(key) } });
  else if (route === "DELETE /__log") {
    memory.log.clear();
    res.writeHead(204).end();
  } else if (route === "GET /__log/wait") await answerWait(res, memory, url.searchParams);
  else if (route === "POST /__script") {
    register(memory, await readJson(req));
    res.writeHead(204).end();
  } else if (route.startsWith("POST /__release/")) {
    memory.gates.release(decodeURIComponent(url.pathname.slice("/__release/".length)));
    res.writeHead(204).end();
  } else return false;
  return true;
}

function register(memory: Memory, body: unknown): void {
  const key = textOf(objectOf(body)["key"]);
  if (key === "") throw new CallRefused(400, "a registered script needs a key");
  try {
    memory.scripts.register(key, parseScript(body));
  } catch (error) {
    throw new CallRefused(400, error instanceof Error ? error.message : String(error));
  }
}

async function answerWait(res: ServerResponse, memory: Memory, query: URLSearchParams): Promise<void> {
  const event = waitEvents.find((each) => each === query.get("event"));
  if (event === undefined) throw new CallRefused(400, `event must be one of ${waitEvents.join(", ")}`);
  const wait = {
    event,
    key: query.get("key") ?? undefined,
    call: numberOf(query, "call"),
    count: numberOf(query, "count"),
  };
  const entries = await waitForLog(memory, wait, { timeoutMs: numberOf(query, "timeout_ms"), res });
  if (entries !== null) sendJson(res, { status: 200, body: { entries } });
  else
    sendJson(res, {
      status: 408,
      body: { error: "it did not happen in time", entries: memory.log.entries(wait.key) },
    });
}

function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new CallRefused(400, `${name} must be a whole number`);
}

interface Patience {
  readonly timeoutMs?: number | undefined;
  /** Who waits: nobody is kept waiting for when it is gone. */
  readonly res?: ServerResponse;
}

/** The calls that satisfy the wait as soon as there are any, or null when the time is over. */
export async function waitForLog(
  memory: Memory,
  wait: LogWait,
  { timeoutMs = waitMsDefault, res }: Patience = {},
): Promise<readonly RequestLogEntry[] | null> {
  const found = memory.log.matching(wait);
  if (found !== null) return found;
  return new Promise((resolve) => {
    const end = (entries: readonly RequestLogEntry[] | null) => {
      clearTimeout(timer);
      forget();
      res?.off("close", giveUp);
      resolve(entries);
    };
    const giveUp = () => end(null);
    const timer = setTimeout(giveUp, Math.min(timeoutMs, waitMsMax));
    const forget = memory.log.onChange((changed) => {
      // Busy streams of others change the log by the thousand per second.
      if (wait.key !== undefined && changed.key !== wait.key) return;
      const entries = memory.log.matching(wait);
      if (entries !== null) end(entries);
    });
    res?.on("close", giveUp);
  });
}
