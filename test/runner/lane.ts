// A lane is a process that runs test files one after another: loading the code takes longer than most files run.
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { after, run } from "node:test";
import { spec } from "node:test/reporters";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { noteGlobals } from "./globals.ts";
import type { FileResult, LaneOrder, LaneReport } from "./lane-messages.ts";

type Events = ReturnType<typeof run>;
type Shown = Pick<FileResult, "lines" | "failures">;

// What a file's timers throw after its last test still counts; what the file left open does not hold the lane for longer.
const CLOSE_AFTER_MS = 1_000;

const environment = { ...process.env };
const globals = noteGlobals();
/** The file whose code runs. */
const fileInContext = new AsyncLocalStorage<string>();
const latest: { file: string; isRunning: boolean; errors: unknown[] } = {
  file: "",
  isRunning: false,
  errors: [],
};
const COUNT = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /;

process.on("message", (order: LaneOrder) => {
  if (order.type === "close") closeWhenIdle();
  else void fileInContext.run(order.file, () => runFile(order.file, order.name));
});
for (const event of ["uncaughtException", "unhandledRejection"] as const) process.on(event, keepError);
// The runner is gone, however it ended.
process.on("disconnect", () => process.exit(1));

function report(message: LaneReport): void {
  process.send?.(message);
}

/** Node fails a test that runs. Every other error is kept here and counted to the file that caused it. */
function keepError(error: unknown): void {
  const file = fileInContext.getStore() ?? latest.file;
  if (latest.isRunning && file === latest.file) latest.errors.push(error);
  else report({ type: "late-error", file, words: inspect(error) });
}

function closeWhenIdle(): void {
  process.channel?.unref();
  process.once("beforeExit", () => process.exit(0));
  setTimeout(() => process.exit(0), CLOSE_AFTER_MS).unref();
}

/** Runs one file with a root, hooks and counts of its own, and reports its result. */
async function runFile(file: string, name: string | null): Promise<void> {
  report({ type: "took", file });
  const began = performance.now();
  const errors: unknown[] = [];
  Object.assign(latest, { file, isRunning: true, errors });
  const events = run({
    files: [file],
    isolation: "none",
    ...(name !== null && { testNamePatterns: [new RegExp(name)] }),
  });
  endAfterLastHook(events);
  const counts = countTests(events, file);
  const shown = await showTests(events);
  // Node ignores what a file throws while it loads once it has registered a test. A second import throws the same again.
  await import(pathToFileURL(file).href).catch((error: unknown) => errors.push(error));
  latest.isRunning = false;
  restoreEnvironment();
  // Hooks of a file whose tests were all left out by their names: Node runs those at its end, not those at its beginning.
  const isLeftOut = name !== null && !counts.hasRun;
  if (isLeftOut) Object.assign(counts, { failed: 0, failedSuites: 0 });
  const words = counts.failed === 0 ? errors.map((error) => `✖ ${file}\n  ${inspect(error)}\n`).join("") : "";
  // A suite can fail though all of its tests passed: its own code or one of its hooks threw.
  if (counts.failed === 0 && errors.length + counts.failedSuites > 0) counts.failed = 1;
  const result: FileResult = {
    file,
    passed: counts.passed,
    failed: counts.failed,
    ms: Math.round(performance.now() - began),
    lines: (isLeftOut ? "" : shown.lines) + words,
    failures: (isLeftOut ? "" : shown.failures) + words,
    changedGlobals: globals.changed(),
  };
  report({ type: "done", result });
}

/**
 * A run inside a process ends when that process has nothing left to do. A lane always waits for its next order, so it says so
 * itself once the last hook of the file has ended.
 */
function endAfterLastHook(events: Events): void {
  const end = () => setImmediate(() => process.emit("beforeExit", 0));
  const afterAtRoot = AsyncResource.bind(after);
  // `after` hooks run in the order in which they were added: this one adds another behind those of the file.
  after(() => afterAtRoot(end));
  // The hooks behind a failed one do not run.
  events.on("test:fail", ({ nesting, details }) => {
    const { failureType } = details.error as { failureType?: string };
    if (nesting === 0 && failureType === "hookFailed") end();
  });
}

function countTests(events: Events, file: string) {
  const counts = { passed: 0, failed: 0, failedSuites: 0, hasRun: false };
  events.on("test:start", (test) => report({ type: "began", test: test.name }));
  events.on("test:pass", ({ name, skip, details }) => {
    // A file without tests passes under its own path.
    if (skip !== undefined || details.type === "suite" || name === file) return;
    counts.hasRun = true;
    counts.passed += 1;
  });
  events.on("test:fail", ({ details }) => {
    if (details.type === "suite") counts.failedSuites += 1;
    else counts.failed += 1;
    if ((details.error as { failureType?: string }).failureType !== "hookFailed") counts.hasRun = true;
  });
  return counts;
}

/** Resolves when the file has ended, with what Node's reporter says about its tests. */
function showTests(events: Events): Promise<Shown> {
  const reporter = spec();
  const texts: string[] = [];
  let lines = 0;
  reporter.on("data", (text: Buffer | string) => texts.push(String(text)));
  events.on("data", (event) => {
    if (!isCount(event)) reporter.write(event);
  });
  events.on("end", () => {
    // What the reporter says from here on is its list of failures.
    lines = texts.length;
    reporter.end();
  });
  return new Promise((resolve) => {
    reporter.on("end", () =>
      resolve({ lines: texts.slice(0, lines).join(""), failures: texts.slice(lines).join("") }),
    );
  });
}

/** What a file sets in the environment is not there for the next one. */
function restoreEnvironment(): void {
  for (const name of Object.keys(process.env)) if (environment[name] === undefined) delete process.env[name];
  Object.assign(process.env, environment);
}

/** The counts of one file: the runner adds them up instead. */
function isCount(event: { readonly type: string; readonly data: unknown }): boolean {
  if (event.type === "test:summary") return true;
  const { message, nesting } = event.data as { message?: string; nesting?: number };
  return event.type === "test:diagnostic" && nesting === 0 && COUNT.test(message ?? "");
}
