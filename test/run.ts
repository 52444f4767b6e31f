// Tests run against real Postgres and real Temporal: this starts both once, runs the files, prints Node's summary and its verdict.
import { fork } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { relative, resolve } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findOrFetchSandbox } from "../dev/install/sandbox-binary.ts";
import { createProgress } from "../dev/progress.ts";
import { startTestStack } from "./support/stack.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
// The files are processes of their own that wait more than they compute; two cores carry two of them with their workers.
const FILES_AT_ONCE = 2;
// Longer than the longest file on a slow machine; a hanging one must not hang CI.
const FILE_TIMEOUT_MS = 15 * 60_000;
const EXIT_CODE_INTERRUPTED = 130;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { unit: { type: "boolean", default: false }, name: { type: "string" } },
});

const files = chooseFiles();
if (files.length === 0) fail(`No test files match ${positionals.join(" ") || "**/*.test.ts"}.`);
const progress = createProgress(process.stderr, process.env);
const needsStack = files.some((file) => relative(ROOT, file).startsWith("test/"));
const stack = needsStack
  ? await progress.step("Postgres and Temporal for this run", (note) => startTestStack(process.env, note))
  : null;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => void finish(EXIT_CODE_INTERRUPTED));
}
if (stack !== null) {
  await progress.step("Sandbox for workspaces", () => findOrFetchSandbox());
  process.env["EVERTURN_TEST_DATABASE_URL"] = stack.adminUrl;
  process.env["EVERTURN_TEST_TEMPORAL_ADDRESS"] = stack.temporalAddress;
}
await finish(await runAll());

function chooseFiles(): string[] {
  if (positionals.length > 0)
    return positionals.flatMap((pattern) => globSync(pattern)).map((file) => resolve(file));
  // Tests beside the code need no server; those of test/ do.
  const isUnit = (file: string) => !file.startsWith("test/");
  return globSync("**/*.test.ts", { cwd: ROOT, exclude: ["**/node_modules", ".data", "dist"] })
    .filter((file) => !values.unit || isUnit(file))
    .toSorted()
    .map((file) => resolve(ROOT, file));
}

interface Verdict {
  readonly ran: number;
  readonly failed: number;
}

/**
 * Resolves with the exit code: 0 only when at least one test ran and none failed. The whole suite has its unit tests run by a
 * process of their own, beside the others: starting one for each of two hundred files takes longer than what they do.
 */
async function runAll(): Promise<number> {
  const isUnit = (file: string) => !relative(ROOT, file).startsWith("test/");
  const apart = values.unit || positionals.length > 0 ? [] : files.filter(isUnit);
  const rest = files.filter((file) => !apart.includes(file));
  const verdicts = await Promise.all([...(apart.length > 0 ? [runUnitTests()] : []), runFiles(rest)]);
  const ran = verdicts.reduce((sum, one) => sum + one.ran, 0);
  const failed = verdicts.reduce((sum, one) => sum + one.failed, 0);
  if (ran === 0) process.stderr.write("\nNo test ran.\n");
  process.stdout.write(`\n${ran - failed} passed, ${failed} failed\n`);
  return ran > 0 && failed === 0 ? 0 : 1;
}

/** What it says comes in one piece, at its end. */
async function runUnitTests(): Promise<Verdict> {
  const name = values.name === undefined ? [] : ["--name", values.name];
  const child = fork(fileURLToPath(import.meta.url), ["--unit", ...name], { silent: true });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
  let verdict: Verdict = { ran: 0, failed: 1 };
  child.on("message", (message) => (verdict = message as Verdict));
  await once(child, "close");
  process.stdout.write(output);
  return verdict;
}

function runFiles(these: readonly string[]): Promise<Verdict> {
  let ran = 0;
  let failed = 0;
  return new Promise((resolveVerdict) => {
    const events = run({
      files: these,
      // The inner loop in one process: starting a hundred of them takes longer than what they do. The whole suite keeps them apart.
      ...(values.unit ? { isolation: "none" as const } : { concurrency: FILES_AT_ONCE }),
      timeout: FILE_TIMEOUT_MS,
      ...(values.name !== undefined && { testNamePatterns: [new RegExp(values.name)] }),
    });
    // A file without tests passes under its own path, and counts for nothing here.
    events.on("test:pass", ({ name, file, skip }) => {
      if (skip === undefined && resolve(name) !== file) ran += 1;
    });
    events.on("test:fail", () => {
      ran += 1;
      failed += 1;
    });
    // The summary of the whole run is the one without a file; it also knows of cancelled tests.
    events.on("test:summary", (summary) => {
      if (summary.file === undefined && !summary.success) failed = Math.max(failed, 1);
    });
    const report = events.compose(spec());
    report.on("end", () => {
      const verdict: Verdict = { ran, failed };
      const done = () => resolveVerdict(verdict);
      if (process.send === undefined) done();
      else process.send(verdict, done);
    });
    report.pipe(process.stdout);
  });
}

async function finish(code: number): Promise<never> {
  await stack?.stop();
  process.exit(code);
}

function fail(words: string): never {
  process.stderr.write(`${words}\n`);
  process.exit(1);
}
