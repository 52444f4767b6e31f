// The worker of the floor, in its own process. It tells its parent when an activity starts and when a workflow is done:
// asking the server would cost what is to be measured.
import { fileURLToPath } from "node:url";
import { type InjectedSinks, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { now } from "../clock.ts";
import type { BareActivities, BareSinks } from "./bare-workflow.ts";

export interface BareReport {
  readonly what: "ready" | "started" | "done";
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Works on the queue until the parent goes away. */
export async function runBareWorker(address: string, taskQueue: string): Promise<void> {
  const tell = (what: BareReport["what"], id: string) => void process.send?.({ what, id, at: now() });
  const activities: BareActivities = { work: async (id) => tell("started", id) };
  const sinks: InjectedSinks<BareSinks> = {
    bare: { done: { fn: (_info, id) => tell("done", id), callDuringReplay: false } },
  };
  const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };
  Runtime.install({ logger: quiet, shutdownSignals: [] });
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    taskQueue,
    workflowsPath: fileURLToPath(new URL("bare-workflow.ts", import.meta.url)),
    activities: { ...activities },
    sinks,
    // The same as Everturn's worker.
    maxConcurrentActivityTaskExecutions: 200,
  });
  process.once("disconnect", () => process.exit(0));
  const running = worker.run();
  tell("ready", "");
  await running;
}
