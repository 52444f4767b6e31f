// Runs the demo model as a process of its own: PORT and HOST in the environment, one line of JSON when it listens.
import { startDemoModel } from "./server.ts";

const model = await startDemoModel({
  port: Number(process.env["PORT"] ?? 0),
  host: process.env["HOST"] ?? "127.0.0.1",
});
process.stdout.write(`${JSON.stringify({ listening: model.port })}\n`);

function end(): void {
  void model.stop().finally(() => process.exit(0));
}
process.once("SIGTERM", end);
process.once("SIGINT", end);
// Started with a channel to its parent, it does not outlive it.
if (process.connected) process.once("disconnect", end);
