// Builds the agent and runs it. Only SIGTERM and SIGINT end it, and its processes end with it. A fault in one call must not end
// the processes of all others.
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { journalLimits, lastAnswersMs } from "./agent-limits.ts";
import { type AgentOptions, readAgentOptions } from "./agent-options.ts";
import { runBridge } from "./bridge/bridge.ts";
import { DiskLimit } from "./disk-limit.ts";
import { Effects } from "./effects.ts";
import { openEgressPort } from "./egress-port.ts";
import { createFiles } from "./files/create-files.ts";
import { Journal } from "./journal.ts";
import { openProcesses } from "./processes/open-processes.ts";
import type { ProcessTable } from "./processes/process-table.ts";
import { createProcesses } from "./processes/processes.ts";
import { listen, stopListening } from "./wire/listen.ts";
import { agentVersion } from "./wire/protocol.ts";
import { createRoutes, type FindHandler } from "./wire/routes.ts";
import { createAgentServer } from "./wire/server.ts";

// Nobody reads these once the program that started the agent has ended.
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
  // Listen before opening the state: with the state of a living agent, everything that it runs would count as lost.
  const place = await listen(server, options.place);
  if (options.egress !== null) await openEgressPort(options.egress);
  const { root, rgPath } = options;
  const { journal, table, effects } = await openState(options);
  const health = {
    version: agentVersion,
    instance_id: randomUUID(),
    started_at: new Date().toISOString(),
    root,
  };
  const disk = options.disk === null ? null : limitDisk(options.disk, table);
  const files = createFiles({ root, rgPath, ...(disk !== null && { disk }) });
  serve(createRoutes({ files, processes: createProcesses(table), effects, health }));
  log(`agent ${agentVersion} listens on ${place}`);
  const stop = async () => {
    const closed = stopListening(server);
    await table.close();
    await effects.settled();
    // Clients that follow a process learn how it ended.
    await closed(lastAnswersMs);
    journal.close();
    process.exit(0);
  };
  // A second signal changes nothing.
  let stopping: Promise<void> | null = null;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      stopping ??= stop();
    });
  }
}

async function openState({ root, stateFolder, env }: AgentOptions) {
  await mkdir(stateFolder, { recursive: true, mode: 0o700 });
  const journal = Journal.open(stateFolder, journalLimits, log);
  const table = await openProcesses({ root, stateFolder, env, journal, log });
  return { journal, table, effects: new Effects(journal, Date.now) };
}

function limitDisk(limit: NonNullable<AgentOptions["disk"]>, table: ProcessTable): DiskLimit {
  const disk = new DiskLimit({
    ...limit,
    isBusy: () => table.isBusy,
    onExceeded: (words, sinceMs) => table.endRunning(words, sinceMs),
  });
  table.onChange(() => disk.look());
  return disk;
}

try {
  const [first, ...rest] = process.argv.slice(2);
  if (first === "bridge") runBridge(rest);
  else await main();
} catch (error) {
  log(`the agent cannot start: ${(error as Error).message}`);
  process.exit(1);
}
