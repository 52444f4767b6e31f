// Builds the console beside the start of the stack: in a process of its own, with the lowest priority, never waited for.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { consoleFolder } from "../../platform/programs/console-folder.ts";
import { isConsoleBuilt, realSteps } from "./build-console.ts";

const CLI = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
// Measured on two cores beside a starting stack.
const EXPECTED_S = { withPackages: 15, withoutPackages: 45 };
const REASON_CHARS_MAX = 300;

export type ConsoleState =
  | { readonly type: "off" }
  | { readonly type: "ready" }
  | { readonly type: "building"; readonly expectedS: number }
  | { readonly type: "failed"; readonly reason: string; readonly hasOlder: boolean };

export interface ConsoleBuild {
  state(): ConsoleState;
  /** Resolves when no build is under way any more, with the time that it took; null if there was nothing to do. */
  readonly done: Promise<{ readonly tookMs: number } | null>;
  /** Ends a build that is under way. */
  stop(): void;
}

/** Begins to build the console if its files do not fit its sources. Never throws, and never rejects. */
export function buildConsoleBeside(env: NodeJS.ProcessEnv): ConsoleBuild {
  if (env["EVERTURN_CONSOLE"] === "off") return finished({ type: "off" });
  const expectedS = hasPackages() ? EXPECTED_S.withPackages : EXPECTED_S.withoutPackages;
  let state: ConsoleState = { type: "building", expectedS };
  let stop = () => {};
  let isStopped = false;
  const build = async () => {
    if (await isConsoleBuilt(realSteps).catch(() => false)) {
      state = { type: "ready" };
      return null;
    }
    if (isStopped) return null;
    const began = Date.now();
    const running = runBuild(env);
    stop = running.stop;
    const reason = await running.done;
    const hasOlder = existsSync(join(consoleFolder().dist, "index.html"));
    state = reason === null ? { type: "ready" } : { type: "failed", reason, hasOlder };
    return { tookMs: Date.now() - began };
  };
  return {
    state: () => state,
    done: build(),
    stop() {
      isStopped = true;
      stop();
    },
  };
}

function finished(state: ConsoleState): ConsoleBuild {
  return { state: () => state, done: Promise.resolve(null), stop: () => undefined };
}

function hasPackages(): boolean {
  return existsSync(join(realSteps.root, "node_modules", ".everturn-setup"));
}

/** `done` resolves with why it failed, in one line; null: it did not. */
function runBuild(env: NodeJS.ProcessEnv) {
  // In a process group of its own, so that npm ends with it.
  const child = spawn(process.execPath, [CLI, "console-build", "--low-priority"], {
    env,
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-20_000)));
  const done = new Promise<string | null>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code) => resolve(code === 0 ? null : inOneLine(errors) || `it ended with ${code}`));
  });
  const stop = () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch {
      // It has just ended.
    }
  };
  process.once("exit", stop);
  void done.then(() => process.off("exit", stop));
  return { done, stop };
}

/** The command's own progress lines are left out. */
function inOneLine(errors: string): string {
  const lines = errors.split("\n").filter((line) => line.trim() !== "" && !/^ {2}(Installing|✔)/.test(line));
  return lines
    .map((line) => line.trim())
    .join(" ")
    .slice(0, REASON_CHARS_MAX);
}
