// The worker for turns on Workflow Streams: `worker.ts <Temporal's address> <task queue>`.
import { fileURLToPath } from "node:url";
import { NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { streamAnswer } from "./activity.ts";

const [address = "", taskQueue = ""] = process.argv.slice(2);
const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };

Runtime.install({ logger: quiet });
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue,
  workflowsPath: fileURLToPath(new URL("workflow.ts", import.meta.url)),
  activities: { streamAnswer },
  // The same as Everturn's worker.
  maxConcurrentActivityTaskExecutions: 200,
  maxHeartbeatThrottleInterval: "1 second",
  shutdownGraceTime: "1 second",
});
console.log(JSON.stringify({ ready: "workflow-streams-worker" }));
await worker.run();
