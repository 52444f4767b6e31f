// Tests: the browser. Yours if there is one, else Debian's, installed where that is possible; without one the run says so and fails.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { onPath } from "../../../platform/programs/on-path.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const INSTALL_MAX_MS = 300_000;
const INSTALL = "apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium";

const HOW =
  "The tests of the console need a browser. Install chromium, name one in CHROMIUM_PATH, or leave these tests out with EVERTURN_TEST_CONSOLE=off.";

/** Resolves with its path. Rejects with one sentence about what to do. */
export async function findOrInstallChromium(
  env: NodeJS.ProcessEnv,
  note: (words: string) => void,
): Promise<string> {
  const found = findChromium(env);
  if (found !== null) return found;
  if (process.getuid?.() !== 0 || onPath("apt-get", env) === null) throw new Error(HOW);
  note("installing chromium");
  try {
    const settings = { timeout: INSTALL_MAX_MS, env: { ...env, DEBIAN_FRONTEND: "noninteractive" } };
    await promisify(execFile)("sh", ["-c", INSTALL], settings);
  } catch (error) {
    throw new Error(`${HOW} Installing it failed: ${lastLine(error)}`, { cause: error });
  }
  const installed = findChromium(env);
  if (installed === null) throw new Error(HOW);
  return installed;
}

function findChromium(env: NodeJS.ProcessEnv): string | null {
  const named = env["CHROMIUM_PATH"];
  if (named !== undefined && named !== "") {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM_PATH names ${named}, which is not there.`);
  }
  return NAMES.map((name) => onPath(name, env)).find((path) => path !== null) ?? null;
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string };
  return (stderr?.trim() || message).split("\n").at(-1) ?? "";
}
