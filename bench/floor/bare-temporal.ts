// The floor of Temporal: signal-with-start of the bare workflow.
import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Client, Connection } from "@temporalio/client";
import { now } from "../clock.ts";
import type { BareReport } from "./bare-worker.ts";
import type { bareTurn } from "./bare-workflow.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const WORKFLOW: keyof { bareTurn: typeof bareTurn } = "bareTurn";

export interface BareTemporal {
  /** The client, to look at histories. */
  readonly client: Client;
  /** Starts one. Resolves when its activity has started, with the milliseconds since the call. */
  untilActivity(): Promise<number>;
  /** Starts one. Resolves when it is done. */
  untilDone(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the bare worker on this server and connects to it. */
export async function startBareTemporal(address: string): Promise<BareTemporal> {
  const taskQueue = `bare-${randomUUID()}`;
  const child = fork(MAIN, ["bare-worker", address, taskQueue], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const heard = hear(child);
  const connection = await Connection.connect({ address });
  await heard("ready", "");
  const client = new Client({ connection });
  const start = async (id: string) => {
    const args: [string] = [id];
    const begun = { workflowId: `bare-${id}`, taskQueue, args, workflowTaskTimeout: "3 s" } as const;
    await client.workflow.signalWithStart(WORKFLOW, { ...begun, signal: "messageQueued", signalArgs: [] });
  };
  return {
    client,
    async untilActivity() {
      const id = randomUUID();
      const started = heard("started", id);
      const begunAt = now();
      await start(id);
      return (await started) - begunAt;
    },
    async untilDone() {
      const id = randomUUID();
      const done = heard("done", id);
      await start(id);
      await done;
    },
    async close() {
      await connection.close();
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}

/** Waits for what the worker reports, by name. */
function hear(child: ChildProcess): (what: BareReport["what"], id: string) => Promise<number> {
  const awaited = new Map<string, PromiseWithResolvers<number>>();
  child.on("message", (report: BareReport) => {
    awaited.get(report.what + report.id)?.resolve(report.at);
    awaited.delete(report.what + report.id);
  });
  child.on("exit", (code) => {
    for (const { reject } of awaited.values()) reject(new Error(`the bare worker ended with ${code}`));
  });
  return (what, id) => {
    const one = Promise.withResolvers<number>();
    awaited.set(what + id, one);
    return one.promise;
  };
}
