// Calls the demo model directly, which is the floor of everything, and reads its log.
import { callJson, openSse, type SseConnection } from "./http.ts";

/** Fields of a scripted answer; see dev/demo-model/README.md. */
export interface Script {
  readonly key: string;
  readonly parts: number;
  /** Parts per second; as fast as possible if absent. */
  readonly rate?: number;
  readonly stamp?: boolean;
  readonly hold_until?: string;
  readonly hold_after?: number;
}

interface LogEntry {
  /** The request. */
  readonly body: object;
  /** Parts that were written. */
  readonly chunks_sent: number;
  readonly started_at: number;
  readonly finished_at: number | null;
  readonly client_closed_at: number | null;
}

/** The message that makes the demo model play a script, through Everturn or directly. */
export function scriptMessage(script: Script): string {
  return `#script ${JSON.stringify(script)}`;
}

/** Asks the provider for a scripted answer, as a client without Everturn would. */
export function callProvider(
  modelUrl: string,
  script: Script,
  onFrame: (frame: string, at: number) => void,
): SseConnection {
  const input = [{ role: "user", content: scriptMessage(script) }];
  return openSse(
    { url: `${modelUrl}/v1/responses`, method: "POST", body: { model: "demo", stream: true, input } },
    onFrame,
  );
}

/** All calls with a key so far. */
export async function callsOf(modelUrl: string, key: string): Promise<readonly LogEntry[]> {
  const url = `${modelUrl}/__log?key=${encodeURIComponent(key)}`;
  return (await callJson<{ entries: LogEntry[] }>({ url })).entries;
}

/** Releases what waits at a gate. */
export function openGate(modelUrl: string, gate: string): Promise<unknown> {
  return callJson({ url: `${modelUrl}/__release/${encodeURIComponent(gate)}`, method: "POST" });
}

/** The first call with this key, once it has arrived or its client has gone. */
export async function waitForLog(modelUrl: string, key: string, event: "started" | "client_closed") {
  return waitForCall(modelUrl, { key, event, call: 1 });
}

/** The n-th call with a key, once it has arrived. */
export async function waitForCall(
  modelUrl: string,
  { key, event, call }: { readonly key: string; readonly event: string; readonly call: number },
): Promise<LogEntry> {
  const url = `${modelUrl}/__log/wait?event=${event}&call=${call}&key=${encodeURIComponent(key)}`;
  const { entries } = await callJson<{ entries: LogEntry[] }>({ url });
  const [entry] = entries;
  if (entry === undefined) throw new Error(`the demo model was never called with ${key}`);
  return entry;
}
