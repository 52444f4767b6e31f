// Chaos runs kill real processes under load and hold Everturn to its promises. Entry: `npm run chaos -- [--turns N] [--seed S]
// [--keep] [--report file] [--faults kind,kind] [--bus off]`, or with `--deploys` a rolling deploy of builds whose contracts differ.
// Exit code 1 when a promise was broken.
import { randomInt } from "node:crypto";
import { writeFileSync } from "node:fs";
import { readCommandOptions } from "../../dev/command-options.ts";
import { FAULT_KINDS, type FaultKind } from "./plan/plan.ts";
import { renderReport } from "./report/report.ts";
import { runChaos } from "./run-chaos.ts";

const TURNS_DEFAULT = 200;
const SEED_MAX = 2 ** 31;
const EXIT_CODE_INTERRUPTED = 130;

const { values } = readCommandOptions(
  {
    options: {
      turns: { type: "string", default: String(TURNS_DEFAULT) },
      seed: { type: "string" },
      keep: { type: "boolean", default: false },
      report: { type: "string" },
      faults: { type: "string" },
      bus: { type: "string", default: "postgres" },
      deploys: { type: "boolean", default: false },
    },
  },
  "npm run chaos -- [--turns N] [--seed S] [--keep] [--report file] [--faults kind,kind] [--bus postgres|off] [--deploys]",
);
const turns = wholeNumber("--turns", values.turns);
const seed = values.seed === undefined ? randomInt(SEED_MAX) : wholeNumber("--seed", values.seed);
const say = (line: string) => void process.stderr.write(`${line}\n`);
if (values.deploys) {
  const { manyDeploys } = await import("../deploy/many-deploys.ts");
  process.exit((await manyDeploys(turns, say)) ? 0 : 1);
}
say(`  ${turns} turns, seed ${seed}`);
const { keep } = values;
const report = await runChaos({
  seed,
  turns,
  faults: faultKinds(),
  liveBus: liveBus(),
  keep,
  say,
  onStarted,
});
process.stdout.write(`\n${renderReport(report)}\n`);
if (values.keep) say(`\n  Kept: ${report.folder}`);
if (values.report !== undefined) writeFileSync(values.report, `${JSON.stringify(report, null, 2)}\n`);
process.exit(report.findings.length === 0 ? 0 : 1);

/** Ctrl-C ends what was started, commands in workspaces too. */
function onStarted(close: () => Promise<void>): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void close().finally(() => process.exit(EXIT_CODE_INTERRUPTED)));
  }
}

/** All of them unless told otherwise: to find out which one it was. */
function faultKinds(): readonly FaultKind[] {
  if (values.faults === undefined) return FAULT_KINDS;
  const asked = values.faults.split(",").filter((one) => one !== "");
  const known = FAULT_KINDS.filter((kind) => asked.includes(kind));
  if (known.length === asked.length) return known;
  say(`--faults takes some of ${FAULT_KINDS.join(",")}`);
  process.exit(2);
}

/** Off: readers follow checkpoints alone. */
function liveBus(): "postgres" | "off" {
  if (values.bus === "postgres" || values.bus === "off") return values.bus;
  say("--bus takes postgres or off");
  process.exit(2);
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  say(`${name} must be a whole number, not ${text}`);
  process.exit(2);
}
