// Runs a server that streams answers in another way, as its own process, and reads and measures it like Everturn.
import { join } from "node:path";
import { freePort } from "../../dev/free-port.ts";
import type { PartPlan } from "../../dev/part/part-plan.ts";
import type { BenchStack } from "../bench-stack.ts";
import { type Script, scriptMessage } from "../clients/demo-client.ts";
import { openSse } from "../clients/http.ts";
import type { Collect } from "../clients/stream-load.ts";
import { now } from "../clock.ts";
import { otherWaysFolder } from "./install-other-ways.ts";

const flowsWithinMs = 20_000;
const readyWithinMs = 60_000;
const graceMs = 5_000;

/** How to ask a server for an answer, and which of its frames bring text. */
export interface OtherWay {
  readonly url: string;
  /** Sent together with the prompt. */
  readonly settings: Readonly<Record<string, unknown>>;
  isText(frame: string): boolean;
}

export interface OtherProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts one of the entries of the folder. It prints a line when it is ready. */
export async function startOtherProcess(
  stack: BenchStack,
  entry: string,
  args: readonly string[],
): Promise<OtherProcess> {
  const port = await freePort();
  const plan: PartPlan = {
    name: `other-${entry}`,
    command: process.execPath,
    args: [join(otherWaysFolder, `${entry}.ts`), ...args],
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], PORT: String(port) },
    stopSignal: "SIGTERM",
    graceMs,
    readyWithinMs,
    readyLine: `"ready":`,
  };
  const part = await stack.start(plan);
  return { url: `http://127.0.0.1:${port}`, stop: () => part.stop() };
}

/** For `measureLatencies`: asks for the answer and follows it. `onFrame` gets every frame. */
export async function followOtherWay(
  way: OtherWay,
  script: Script,
  { collect, onFrame }: { readonly collect: Collect; readonly onFrame?: (frame: string) => void },
): Promise<() => Promise<void>> {
  const flows = Promise.withResolvers<void>();
  const body = { prompt: scriptMessage(script), ...way.settings };
  const connection = openSse({ url: `${way.url}/answers`, method: "POST", body }, (frame, at) => {
    onFrame?.(frame);
    if (!way.isText(frame)) return;
    flows.resolve();
    collect(frame, at);
  });
  const timer = setTimeout(() => flows.reject(new Error("no text came in 20 s")), flowsWithinMs);
  connection.ended.then(
    () => flows.reject(new Error("the stream ended without text")),
    (error: Error) => flows.reject(error),
  );
  const end = async () => {
    connection.close();
    await connection.ended;
  };
  try {
    await flows.promise;
    return end;
  } catch (error) {
    await end().catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Milliseconds from the request to the first text, for answers one after the other. */
export async function firstTexts(way: OtherWay, samples: number, newScript: () => Script): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < samples; i++) {
    const begunAt = now();
    let shownAt: number | undefined;
    const collect: Collect = (_frame, at) => void (shownAt ??= at);
    const end = await followOtherWay(way, newScript(), { collect });
    times.push((shownAt ?? now()) - begunAt);
    await end();
  }
  return times;
}
