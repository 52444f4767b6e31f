// `npm run bench -- [--only name] [--quick] [--json file]`: runs the scenarios and prints the table. The processes of
// the bare worker and of the idle readers start here, too.
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { readCommandOptions } from "../dev/command-options.ts";
import { createProgress } from "../dev/progress.ts";
import { type BenchStack, startBenchStack } from "./bench-stack.ts";
import { runIdleReaders } from "./clients/idle-reader-client.ts";
import { runBareWorker } from "./floor/bare-worker.ts";
import { notMeasured, type Row } from "./row.ts";
import type { Scenario } from "./scenario.ts";
import { consolePaint } from "./scenarios/console-paint.ts";
import { goOn } from "./scenarios/continue.ts";
import { costOfATurn } from "./scenarios/cost-of-a-turn.ts";
import { debugOverhead } from "./scenarios/debug-overhead.ts";
import { firstPart } from "./scenarios/first-part.ts";
import { gapAfterKill } from "./scenarios/gap-after-kill.ts";
import { historyEvents } from "./scenarios/history-events.ts";
import { idleReaders } from "./scenarios/idle-readers.ts";
import { interrupt } from "./scenarios/interrupt.ts";
import { lateReader } from "./scenarios/late-reader.ts";
import { longChat } from "./scenarios/long-chat.ts";
import { aiSdk, workflowStreams } from "./scenarios/other-ways.ts";
import { partLatency, partLatencyBusOff } from "./scenarios/part-latency.ts";
import { resumeLongEpisode } from "./scenarios/resume-long-episode.ts";
import { startBurst } from "./scenarios/start-burst.ts";
import { sustainedRate } from "./scenarios/sustained-rate.ts";
import { turnsPerSecond } from "./scenarios/turns-per-second.ts";
import { workspaceTools } from "./scenarios/workspace-tools.ts";
import { renderTable } from "./table.ts";

/** Scenarios with the bus before those without, so that Everturn is started once for each. */
const SCENARIOS: readonly Scenario[] = [
  firstPart,
  partLatency,
  sustainedRate,
  interrupt,
  lateReader,
  resumeLongEpisode,
  historyEvents,
  startBurst,
  longChat,
  turnsPerSecond,
  costOfATurn,
  idleReaders,
  debugOverhead,
  consolePaint,
  workspaceTools,
  goOn,
  gapAfterKill,
  aiSdk,
  workflowStreams,
  partLatencyBusOff,
];

const progress = createProgress(process.stderr, process.env);

interface BenchArgs {
  readonly scenarios: readonly Scenario[];
  readonly isQuick: boolean;
  readonly jsonFile: string | undefined;
}

if (process.argv[2] === "bare-worker") {
  await runBareWorker(process.argv[3] ?? "", process.argv[4] ?? "");
} else if (process.argv[2] === "idle-readers") {
  runIdleReaders();
} else {
  await bench(readArgs());
}

function readArgs(): BenchArgs {
  const options = {
    only: { type: "string", multiple: true },
    quick: { type: "boolean", default: false },
    json: { type: "string" },
  } as const;
  const usage = "npm run bench -- [--only scenario]… [--quick] [--json file]";
  const { values } = readCommandOptions({ options }, usage);
  const names = SCENARIOS.map(({ name }) => name);
  const unknown = (values.only ?? []).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    console.error(`There is no scenario ${unknown.join(", ")}. Scenarios: ${names.join(", ")}`);
    process.exit(2);
  }
  const scenarios = SCENARIOS.filter(({ name }) => values.only === undefined || values.only.includes(name));
  return { scenarios, isQuick: values.quick, jsonFile: values.json };
}

async function bench({ scenarios, isQuick, jsonFile }: BenchArgs): Promise<void> {
  const startedAt = new Date();
  const loadBefore = loadavg();
  const stack = await progress.step("Postgres, Temporal, demo model, bare worker", startBenchStack);
  let rows: Row[];
  try {
    rows = [
      ...(await runAll(stack, { scenarios, isQuick, liveBus: "postgres" })),
      ...(await runAll(stack, { scenarios, isQuick, liveBus: "off" })),
    ];
  } finally {
    await progress.step("Stopping", () => stack.stop());
  }
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    node: process.version,
    load_average_before: loadBefore,
  };
  const seconds = Math.round((Date.now() - startedAt.getTime()) / 1_000);
  process.stdout.write(`\n${renderTable(rows)}\n${describe(machine, { seconds, isQuick })}\n`);
  if (jsonFile === undefined) return;
  const result = { started_at: startedAt.toISOString(), seconds, quick: isQuick, machine, rows };
  writeFileSync(jsonFile, `${JSON.stringify(result, null, 2)}\n`);
}

interface Plan {
  readonly scenarios: readonly Scenario[];
  readonly isQuick: boolean;
  readonly liveBus: "postgres" | "off";
}

async function runAll(stack: BenchStack, { scenarios, isQuick, liveBus }: Plan): Promise<Row[]> {
  const ours = scenarios.filter((scenario) => scenario.liveBus === liveBus);
  if (ours.length === 0) return [];
  const words = `API and worker, live bus ${liveBus}`;
  const everturn = await progress.step(words, () => stack.startEverturn(liveBus));
  const rows: Row[] = [];
  for (const scenario of ours) {
    const run = (note: (words: string) => void) => scenario.run({ stack, everturn, isQuick, note });
    try {
      rows.push(...(await progress.step(scenario.name, run)));
    } catch (error) {
      // The results of the other scenarios are worth having.
      console.error(error);
      rows.push(notMeasured(scenario.name, "it failed, see above"));
      process.exitCode = 1;
    }
  }
  await everturn.stop();
  return rows;
}

interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly load_average_before: readonly number[];
}

/** The conditions of the numbers: everything, including clients and model, shared these cores. */
function describe(
  { cpu, cores, node, load_average_before }: Machine,
  run: { seconds: number; isQuick: boolean },
) {
  const load = (load_average_before[0] ?? 0).toFixed(1);
  const kind = run.isQuick ? "Quick run" : "Full run";
  return `${kind} of ${run.seconds} s; ${cores} cores (${cpu}) for everything, clients and model included; Node ${node}; load before ${load}.`;
}
