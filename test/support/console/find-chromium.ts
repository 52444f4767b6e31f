// Tests: the browser. Yours if there is one, else Debian's, installed where that is possible; without one the run says so and fails.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { onPath } from "../../../platform/programs/on-path.ts";

const run = promisify(execFile);
/** The first draws no window around its pages, and takes a quarter of the CPU that the others take. */
const NAMES = [
  "chromium-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
];
const INSTALL_MAX_MS = 600_000;
const START_MAX_MS = 30_000;
/** Where the lists cannot be renewed, those that are there may do. Another apt-get may be at work. */
const APT = "apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120";
const INSTALL = `apt-get update -qq; ${APT} chromium-headless-shell || ${APT} chromium`;

const HOW =
  "The tests of the console need a browser. Install chromium, name one in CHROMIUM_PATH, or leave these tests out with EVERTURN_TEST_CONSOLE=off.";

/** Resolves with its path. Rejects with one sentence about what to do. */
export async function findOrInstallChromium(
  env: NodeJS.ProcessEnv,
  note: (words: string) => void,
): Promise<string> {
  const found = await findChromium(env);
  if (found !== null) return found;
  if (process.getuid?.() !== 0 || onPath("apt-get", env) === null) throw new Error(HOW);
  note("installing chromium");
  try {
    const settings = { timeout: INSTALL_MAX_MS, env: { ...env, DEBIAN_FRONTEND: "noninteractive" } };
    await run("sh", ["-c", INSTALL], settings);
  } catch (error) {
    throw new Error(`${HOW} Installing it failed: ${lastLine(error)}`, { cause: error });
  }
  const installed = await findChromium(env);
  if (installed === null)
    throw new Error(`${HOW} The package was installed, but has no browser that starts.`);
  return installed;
}

async function findChromium(env: NodeJS.ProcessEnv): Promise<string | null> {
  const named = env["CHROMIUM_PATH"];
  if (named !== undefined && named !== "") {
    if (await starts(named, env)) return named;
    throw new Error(`CHROMIUM_PATH names ${named}, which is no browser that starts. ${HOW}`);
  }
  for (const name of NAMES) {
    const path = onPath(name, env);
    if (path !== null && (await starts(path, env))) return path;
  }
  return null;
}

/** Some systems have a script of that name, which only says where the browser can be had. */
async function starts(path: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  return run(path, ["--version"], { timeout: START_MAX_MS, env }).then(
    ({ stdout }) => /chrom/i.test(stdout),
    () => false,
  );
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string };
  return (stderr?.trim() || message).split("\n").at(-1) ?? "";
}
