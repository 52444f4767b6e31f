// The workspace agent runs inside the workspace. This file: the daemon, put together. It ends by SIGTERM alone, and takes its
// processes with it; a fault in one call must not cost all the others their processes.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { effectsKeptMax, effectsKeptMs, lastAnswersMs } from "./agent-limits.ts";
import { type AgentOptions, readAgentOptions } from "./agent-options.ts";
import { EffectJournal } from "./effect-journal.ts";
import { openEgressPort } from "./egress-port.ts";
import { createFiles } from "./files/create-files.ts";
import { openProcesses } from "./processes/open-processes.ts";
import type { ProcessTable } from "./processes/process-table.ts";
import { createProcesses } from "./processes/processes.ts";
import { listen, stopListening } from "./wire/listen.ts";
import { agentVersion } from "./wire/protocol.ts";
import { type AgentParts, createRoutes, type FindHandler } from "./wire/routes.ts";
import { createAgentServer } from "./wire/server.ts";

// Whoever started us may be gone, and our output with it.
process.stdout.on("error", () => undefined);
process.stderr.on("error", () => undefined);
process.on("uncaughtException", (error) => log(`uncaught: ${error.stack ?? error.message}`));
process.on("SIGHUP", () => undefined);

function log(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

async function main(): Promise<void> {
  const options = readAgentOptions(process.argv.slice(2), process.env);
  const { promise: findHandler, resolve: serve } = Promise.withResolvers<FindHandler>();
  const server = createAgentServer({ token: options.token, findHandler, log });
  // Before the state is looked at: over the state of a daemon that lives, all that runs would be taken for lost.
  const place = await listen(server, options.place);
  if (options.egress !== null) await openEgressPort(options.egress);
  const { table, effects } = await openState(options);
  serve(createRoutes(partsOf(options, table, effects)));
  log(`agent ${agentVersion} listens on ${place}`);
  const stop = async () => {
    const closed = stopListening(server);
    await table.close();
    await effects.close();
    // Who followed a process is told how it ended.
    await closed(lastAnswersMs);
    process.exit(0);
  };
  // Asked twice, it ends once.
  let stopping: Promise<void> | null = null;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      stopping ??= stop();
    });
  }
}

async function openState({ root, stateFolder, env }: AgentOptions) {
  const table = await openProcesses({ root, stateFolder, env, log });
  const path = join(stateFolder, "effects.jsonl");
  const limits = { keptMax: effectsKeptMax, keptMs: effectsKeptMs };
  return { table, effects: await EffectJournal.open({ path, now: Date.now, ...limits }) };
}

function partsOf({ root, rgPath }: AgentOptions, table: ProcessTable, effects: EffectJournal): AgentParts {
  const started_at = new Date().toISOString();
  return {
    files: createFiles({ root, rgPath }),
    processes: createProcesses(table),
    effects,
    health: { version: agentVersion, instance_id: randomUUID(), started_at, root },
  };
}

try {
  await main();
} catch (error) {
  log(`the agent cannot start: ${(error as Error).message}`);
  process.exit(1);
}
