// Runs the tests: starts one Postgres and one Temporal, hands the files to lanes, and says what passed.
import { globSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readCommandOptions } from "../../dev/command-options.ts";
import { buildConsole } from "../../dev/console/build-console.ts";
import { findOrFetchSandbox } from "../../dev/install/sandbox-binary.ts";
import { createProgress, type Progress } from "../../dev/progress.ts";
import { findOrInstallChromium } from "../support/console/find-chromium.ts";
import { forgetPictures, PICTURES_FOLDER } from "../support/console/pictures.ts";
import { roleBundle } from "../support/roles/role-bundle.ts";
import { startTestStack, type TestStack } from "../support/stack.ts";
import { longestFirst, recordDurations } from "./durations.ts";
import type { FileResult } from "./lane-messages.ts";
import { runInLanes } from "./lanes.ts";
import { makeRunFolder } from "./run-folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
// Files with servers wait more than they compute.
const LANES_PER_CORE = 2;
// All lanes share one Postgres, whose connections do not grow with the cores.
const LANES_WITH_SERVERS_MAX = 8;
const EXIT_CODE_INTERRUPTED = 130;
/** More that fail are no matter of chance. */
const SECOND_TRIES_MAX = 3;

const { values, positionals } = readCommandOptions(
  {
    allowPositionals: true,
    options: {
      unit: { type: "boolean", default: false },
      name: { type: "string" },
      lanes: { type: "string" },
      "record-durations": { type: "boolean", default: false },
      "second-try": { type: "boolean", default: false },
    },
  },
  "npm test -- [file or folder]… [--name pattern] [--unit] [--lanes N] [--record-durations] [--second-try]",
);

const began = performance.now();
const files = leaveOut(chooseFiles());
if (files.length === 0) fail(`No test files match ${positionals.join(" ") || "**/*.test.ts"}.`);
makeRunFolder();
let stack: TestStack | null = null;
let lanes: ReturnType<typeof runInLanes> | null = null;
let isInterrupted = false;
let chromium: string | null = null;
/** Named by the caller: the sources themselves, to see their lines in stack traces. */
let cli: string | null = process.env["EVERTURN_TEST_CLI"] || null;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    isInterrupted = true;
    lanes?.kill();
    void finish(EXIT_CODE_INTERRUPTED);
  });
}
if (files.some(needsServers)) await prepareServers();
await finish(await runAll());

/** Tests of test/console show the console in a browser, all but those of how it is served. */
function needsBrowser(file: string): boolean {
  return file.startsWith("test/console/") && !file.startsWith("test/console/served/");
}

/** Tests beside the code need no server; those of test/ do. */
function needsServers(file: string): boolean {
  return file.startsWith("test/");
}

/** Without those that need a browser where that was asked for, which is said. */
function leaveOut(chosen: readonly string[]): string[] {
  if (process.env["EVERTURN_TEST_CONSOLE"] !== "off") return [...chosen];
  const kept = chosen.filter((file) => !needsBrowser(file));
  const left = chosen.length - kept.length;
  if (left > 0)
    process.stderr.write(
      `  EVERTURN_TEST_CONSOLE=off: ${left} files with tests of the console are left out\n`,
    );
  return kept;
}

/** Paths from the root, in the order in which they run. */
function chooseFiles(): string[] {
  if (positionals.length > 0)
    return [...new Set(positionals.flatMap(filesOf))].map((file) => relative(ROOT, resolve(file)));
  const found = globSync("**/*.test.ts", { cwd: ROOT, exclude: ["**/node_modules", ".data", "dist"] });
  return longestFirst(found.filter((file) => !values.unit || !needsServers(file)));
}

/** @param pattern a file, a folder with all below it, or a pattern of names */
function filesOf(pattern: string): string[] {
  return globSync(pattern).flatMap((found) =>
    statSync(found).isDirectory()
      ? globSync(`${found}/**/*.test.ts`, { exclude: ["**/node_modules"] })
      : [found],
  );
}

async function prepareServers(): Promise<void> {
  const progress = createProgress(process.stderr, process.env);
  const servers = progress.step("Postgres and Temporal for this run", (note) =>
    startTestStack(process.env, note),
  );
  const sandbox = progress.step("Sandbox for workspaces", () => findOrFetchSandbox());
  const roles = cli === null ? progress.step("API and worker", roleBundle) : Promise.resolve(cli);
  const console = files.some(needsBrowser) ? prepareConsole(progress) : Promise.resolve();
  // All of them, so that a failure of one leaves nothing half started.
  await Promise.allSettled([servers, sandbox, roles, console]);
  stack = await servers;
  await sandbox;
  cli = await roles;
  try {
    await console;
  } catch (error) {
    process.stderr.write(`\n${(error as Error).message}\n`);
    await finish(1);
  }
}

async function prepareConsole(progress: Progress): Promise<void> {
  forgetPictures();
  const browser = progress.step("Browser", (note) => findOrInstallChromium(process.env, note));
  await Promise.all([browser, progress.step("Console", () => buildConsole())]);
  chromium = await browser;
}

/** Resolves with the exit code: 0 only when at least one test ran and none failed. */
async function runAll(): Promise<number> {
  const first = await runFiles(
    files.map((file) => resolve(ROOT, file)),
    Number(values.lanes) || lanesOfMachine(),
  );
  if (isInterrupted) return EXIT_CODE_INTERRUPTED;
  if (values["record-durations"]) recordDurations(durationsOf(first));
  const results = await tryAgain(first);
  return isInterrupted ? EXIT_CODE_INTERRUPTED : judge(results);
}

/**
 * Of a whole run, a few files that failed beside others run once more, alone. What fails then has failed; what passes is named, with
 * what it failed of. Gives the results that count.
 */
async function tryAgain(results: readonly FileResult[]): Promise<readonly FileResult[]> {
  const failed = new Set(results.filter((one) => one.failed > 0).map(({ file }) => file));
  const isWhole = positionals.length === 0 && !values.unit;
  if (failed.size === 0 || failed.size > SECOND_TRIES_MAX || !(isWhole || values["second-try"]))
    return results;
  process.stdout.write("\nonce more, alone:\n");
  const again = await runFiles([...failed], 1);
  const unsteady = [...failed].filter((file) => !again.some((one) => one.file === file && one.failed > 0));
  for (const { file, failures } of results)
    if (unsteady.includes(file))
      process.stdout.write(
        `\nunsteady: ${relative(ROOT, file)} passed alone, and failed beside others:${failures}`,
      );
  return [...results.filter(({ file }) => !failed.has(file)), ...again];
}

/** Resolves with a result of each file, and one more for each error that came later. */
async function runFiles(paths: readonly string[], lanesMax: number): Promise<readonly FileResult[]> {
  const results: FileResult[] = [];
  lanes = runInLanes({
    files: paths,
    lanesMax,
    name: values.name ?? null,
    env: {
      ...process.env,
      ...(stack !== null && {
        EVERTURN_TEST_DATABASE_URL: stack.adminUrl,
        EVERTURN_TEST_TEMPORAL_ADDRESS: stack.temporalAddress,
      }),
      ...(cli !== null && { EVERTURN_TEST_CLI: cli }),
      ...(chromium !== null && { EVERTURN_TEST_CHROMIUM: chromium }),
    },
    onFile(result, output) {
      results.push(result);
      const seconds = (result.ms / 1_000).toFixed(1);
      process.stdout.write(`${relative(ROOT, result.file)} (${seconds} s)\n${result.lines}${output}`);
    },
  });
  await lanes.done;
  return results;
}

function lanesOfMachine(): number {
  const cores = availableParallelism();
  return values.unit ? cores : Math.min(cores * LANES_PER_CORE, LANES_WITH_SERVERS_MAX);
}

/** A file has several results when an error came after its end. */
function durationsOf(results: readonly FileResult[]): Map<string, number> {
  const durationsMs = new Map<string, number>();
  for (const { file, ms } of results) {
    const name = relative(ROOT, file);
    durationsMs.set(name, (durationsMs.get(name) ?? 0) + ms);
  }
  return durationsMs;
}

function judge(results: readonly FileResult[]): number {
  const passed = results.reduce((sum, one) => sum + one.passed, 0);
  const failed = results.reduce((sum, one) => sum + one.failed, 0);
  for (const { failures } of results) process.stdout.write(failures);
  const seconds = Math.round((performance.now() - began) / 1_000);
  if (chromium !== null) process.stdout.write(`\npictures of the console: ${PICTURES_FOLDER}\n`);
  if (passed + failed === 0) process.stderr.write("\nNo test ran.\n");
  process.stdout.write(
    `\n${durationsOf(results).size} files in ${seconds} s\n${passed} passed, ${failed} failed\n`,
  );
  return passed > 0 && failed === 0 ? 0 : 1;
}

async function finish(code: number): Promise<never> {
  await stack?.stop();
  process.exit(code);
}

function fail(words: string): never {
  process.stderr.write(`${words}\n`);
  process.exit(1);
}
