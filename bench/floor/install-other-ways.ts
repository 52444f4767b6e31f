// Installs the packages of the other ways to stream, when they are needed, in a folder of their own, because their
// versions are not ours.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const otherWaysFolder = fileURLToPath(new URL("../workflow-streams", import.meta.url));

const modules = join(otherWaysFolder, "node_modules");
const marker = join(modules, ".everturn-installed");
const installTimeoutMs = 300_000;

/** Installs what the lock file names, unless it is installed. Throws an Error with npm's own message, in one line. */
export async function installOtherWays(note: (words: string) => void): Promise<void> {
  const lock = readFileSync(join(otherWaysFolder, "package-lock.json"));
  const hash = createHash("sha256").update(lock).digest("hex");
  if (existsSync(marker) && readFileSync(marker, "utf8") === hash) return;
  note("installing its packages (npm ci)");
  const args = ["ci", "--fetch-retries=1", "--no-audit", "--no-fund", "--loglevel=error"];
  const [command, ...first] = npm();
  try {
    await promisify(execFile)(command, [...first, ...args], {
      cwd: otherWaysFolder,
      env: withoutNpmSettings(process.env),
      timeout: installTimeoutMs,
    });
  } catch (error) {
    throw new Error(`its packages could not be installed (${wordsOf(error)})`, { cause: error });
  }
  writeFileSync(marker, hash);
  note("measuring");
}

/** The npm that runs this, if one does. */
function npm(): [string, ...string[]] {
  const cli = process.env["npm_execpath"];
  return cli !== undefined && /^npm-cli\.c?js$/.test(basename(cli)) ? [process.execPath, cli] : ["npm"];
}

/** What npm passes to its scripts would send it to our folder again. */
function withoutNpmSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours = /^npm_config_(global|local_prefix|omit|only|production|dry_run)$/i;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ours.test(name)));
}

function wordsOf(error: unknown): string {
  const { stderr = "", message } = error as Error & { stderr?: string };
  const line = stderr.split("\n").find((each) => /^npm (error|ERR!) \S/.test(each)) ?? message.split("\n")[0];
  return String(line).slice(0, 100);
}
