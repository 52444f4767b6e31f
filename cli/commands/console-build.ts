// `console-build`: builds the console unless its files fit its sources.
import { constants, setPriority } from "node:os";
import { parseArgs } from "node:util";
import { type BuildOutcome, buildConsole } from "../../dev/console/build-console.ts";
import { CONSOLE_ROOT } from "../../platform/programs/console-folder.ts";

const WORDS: Readonly<Record<BuildOutcome, string>> = {
  built: "The console is built",
  fits: "The console was built from these sources already",
  kept: "Nothing can be written here. The console that is there is kept, though its sources have changed",
};

/** Ends with 1 and a clear message when npm or Vite fails; the console that was there before stays. */
export async function consoleBuild(args: string[]): Promise<void> {
  const options = { "low-priority": { type: "boolean", default: false } } as const;
  const { values } = parseArgs({ args, options });
  if (values["low-priority"]) setPriority(constants.priority.PRIORITY_LOW);
  const outcome = await buildConsole();
  process.stdout.write(`${WORDS[outcome]}: ${CONSOLE_ROOT}/dist\n`);
}
