import assert from "node:assert/strict";
import { test } from "node:test";
import { runSearchProcess, type SearchProcess } from "./search-process.ts";

/** A node program as the search; `onOutput` is called with what it writes. */
function aSearch(code: string, changes: Partial<SearchProcess> = {}): SearchProcess {
  return {
    file: process.execPath,
    args: ["-e", code],
    cwd: "/",
    signal: new AbortController().signal,
    onOutput: () => "more",
    ...changes,
  };
}

const stubborn =
  'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); process.stdout.write(String(process.pid));';

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("W6 a search that ends by itself gives its code and the beginning of its complaints", async () => {
  const end = await runSearchProcess(aSearch('process.stderr.write("x".repeat(9000)); process.exitCode = 2'));
  assert.deepEqual(end, { reason: "exit", exit_code: 2, stderr: "x".repeat(4096) });
});

test("W6 a search is given no environment", async () => {
  let seen = "";
  const code = "process.stdout.write(JSON.stringify(process.env))";
  await runSearchProcess(aSearch(code, { onOutput: (chunk) => ((seen += chunk.toString()), "more") }));
  assert.equal(seen, "{}");
});

test("W6 a search that has found enough is ended though it would write for ever", async () => {
  let chunks = 0;
  const code = 'const go = () => process.stdout.write("y".repeat(65536), go); go()';
  const end = await runSearchProcess(aSearch(code, { onOutput: () => (chunks++, "enough") }));
  assert.equal(end.reason, "enough");
  assert.equal(chunks, 1);
});

test("W6 a search that takes too long is ended and says so", async () => {
  const end = await runSearchProcess(aSearch("setInterval(() => {}, 1000)", { timeMaxMs: 20 }));
  assert.equal(end.reason, "timeout");
});

test("I2 an interrupt ends a search that ignores SIGTERM, and leaves no process", async () => {
  const interrupt = new AbortController();
  let pid = 0;
  const search = aSearch(stubborn, {
    signal: interrupt.signal,
    onOutput(chunk) {
      pid = Number(chunk.toString());
      interrupt.abort();
      return "more";
    },
  });
  await assert.rejects(runSearchProcess(search), { name: "AbortError" });
  assert.ok(pid > 0);
  assert.equal(isAlive(pid), false);
});

test("I2 an interrupt that came before starts no search", async () => {
  await assert.rejects(runSearchProcess(aSearch("", { signal: AbortSignal.abort() })), {
    name: "AbortError",
  });
});

test("W6 a search program that cannot be started is an error, not a hang", async () => {
  await assert.rejects(runSearchProcess(aSearch("", { file: "/nowhere/rg" })), { code: "ENOENT" });
});
