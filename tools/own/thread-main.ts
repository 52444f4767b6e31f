// The program of a module's thread: imports the module, names its tools, and runs their calls.
import { inspect } from "node:util";
import { parentPort, workerData } from "node:worker_threads";
import { errorCharsMax } from "./limits.ts";
import { DefinitionFault, readDefinitions } from "./read-definitions.ts";
import { createCalls } from "./run-in-thread.ts";
import type { FromThread } from "./thread-messages.ts";

const { url } = workerData as { readonly url: string };
// A thread has no origin, unlike a window of the same name.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
const post = (message: FromThread) => parentPort?.postMessage(message);

try {
  const { default: exported } = (await import(url)) as { default?: unknown };
  const tools = await readDefinitions(exported);
  parentPort?.on("message", createCalls(tools, post));
  post({ type: "loaded", tools: tools.map(({ described }) => described) });
} catch (error) {
  const isOurs = error instanceof DefinitionFault;
  const message = isOurs ? error.message : "it cannot be imported";
  post({ type: "faulty", message, error: isOurs ? null : inspect(error).slice(0, errorCharsMax) });
}
