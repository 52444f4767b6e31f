// `start`: runs the whole stack in the foreground until it is told to stop.
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { renderBox } from "../../dev/box.ts";
import { buildConsoleBeside, type ConsoleBuild } from "../../dev/console/build-beside.ts";
import type { PartEvent } from "../../dev/part/part-plan.ts";
import { createProgress } from "../../dev/progress.ts";
import { startStack } from "../../dev/stack.ts";
import { withRuntime } from "../../dev/stack-environment.ts";
import { fetchModels } from "../model-words.ts";
import { whenAskedToStop } from "../stop-signal.ts";

// As in shells: 128 + SIGINT.
const EXIT_CODE_INTERRUPTED = 130;

/** Starts everything, prints the box, and stops in order on Ctrl-C or SIGTERM. */
export async function start(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { reset: { type: "boolean", default: false } } });
  const startedAtMs = Date.now();
  const env = withRuntime(process.env);
  const askedToStop = whenAskedToStop();
  const progress = createProgress(process.stdout, env);
  const consoleBuild = buildConsoleBeside(env);
  let isUp = false;
  const starting = startStack({
    dataDir: env["EVERTURN_DATA_DIR"] || ".data",
    env,
    progress,
    reset: values.reset,
    onChange: (event) => {
      if (isUp) progress.line(`  ${describe(event)}`);
    },
  });
  const stack = await Promise.race([starting, askedToStop.then(() => null)]);
  // The leash ends what has been started by now. The data is intact, and the next start uses it.
  if (stack === null) return process.exit(EXIT_CODE_INTERRUPTED);
  isUp = true;
  const isDemo = stack.demoModelUrl !== undefined;
  const model = isDemo ? stack.model : ((await fetchModels(stack.apiUrl, stack.apiKey)) ?? stack.model);
  process.stdout.write(
    renderBox({
      ...stack,
      model,
      console: consoleBuild.state(),
      startedInMs: Date.now() - startedAtMs,
    }),
  );
  void tellConsole(consoleBuild, stack.apiUrl, (words) => isUp && progress.line(`  ${words}`));
  const why = await Promise.race([askedToStop, stack.lost]);
  isUp = false;
  process.stdout.write("\n");
  consoleBuild.stop();
  if (why === "lost") process.stderr.write(`${lostFolder(stack.logFolder)}\n`);
  await progress.step("Stopping", () => stack.stop());
  process.exit(why === "lost" ? 1 : 0);
}

function lostFolder(logFolder: string): string {
  return `  The data folder ${dirname(logFolder)} was deleted, moved or taken over while Everturn ran. What was in it cannot be saved from here; everything is stopped.`;
}

function describe(event: PartEvent): string {
  const time = new Date().toLocaleTimeString("en-GB");
  if (event.what === "died") return `${time} ${event.name}: ${event.detail}; it is started again`;
  if (event.what === "ready") return `${time} ${event.name}: back, process ${event.pid}`;
  return `${time} ${event.name}: process ${event.pid}`;
}

/** The box does not wait for a build; a line says when it is over. */
async function tellConsole(build: ConsoleBuild, url: string, say: (words: string) => void): Promise<void> {
  const shown = build.state();
  const over = await build.done;
  const state = build.state();
  if (over !== null && shown.type === "building" && state.type === "ready")
    say(`✔ Console ${url} (built in ${Math.ceil(over.tookMs / 1_000)} s)`);
  if (state.type === "failed")
    say(
      `✘ The console could not be built; ${state.hasOlder ? "an older one is served" : "all else runs"}. ${state.reason}`,
    );
}
