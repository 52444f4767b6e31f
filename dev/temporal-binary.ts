// Dev holds the embedded stack: where Temporal's program comes from, way after way, each with its reason kept.
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { StartError } from "./start-error.ts";

const run = promisify(execFile);

// The newest version whose go.mod has no `replace`, which `go install` refuses; the download takes the same one.
const CLI_VERSION = "v1.5.1";
const GO_PACKAGE = `github.com/temporalio/cli/cmd/temporal@${CLI_VERSION}`;
const VERSION_TIMEOUT_MS = 20_000;
const DOWNLOAD_TIMEOUT_MS = 120_000;
// About three minutes on two cores; slow machines and slow networks get more.
const GO_INSTALL_TIMEOUT_MS = 900_000;

export interface TemporalSearch {
  readonly env: NodeJS.ProcessEnv;
  /** Told before a way that takes long. */
  readonly onSlowWay?: ((words: string) => void) | undefined;
  /** Where downloaded and built programs are kept for all checkouts of this user. */
  readonly cacheFolder?: string;
  /** Leaves out the ways that download or build. */
  readonly isQuick?: boolean;
}

interface Way {
  readonly words: string;
  /** Path of a program, or throws with the reason why there is none. */
  readonly find: (search: Required<Pick<TemporalSearch, "env" | "cacheFolder">>) => string | Promise<string>;
  readonly slow?: string;
}

const WAYS: readonly Way[] = [
  { words: "`temporal` on PATH", find: ({ env }) => onPath(env, "temporal") },
  {
    words: "Go's own folder",
    find: ({ env }) => existing(join(env["HOME"] ?? homedir(), "go", "bin", "temporal")),
  },
  { words: "the cache", find: ({ cacheFolder }) => existing(join(cacheFolder, `temporal-${CLI_VERSION}`)) },
  { words: "the official download", find: download, slow: "downloading Temporal" },
  {
    words: `go install ${GO_PACKAGE}`,
    find: goInstall,
    slow: "building Temporal with Go (about three minutes, once)",
  },
];

/**
 * The path of a Temporal CLI that runs.
 * @throws StartError listing each way and why it failed; at once when TEMPORAL_CLI_PATH names a program that does not run
 */
export async function findTemporalBinary(search: TemporalSearch): Promise<string> {
  const { env } = search;
  const named = env["TEMPORAL_CLI_PATH"];
  if (named) {
    const fault = await faultOf(named);
    if (fault === null) return named;
    throw new StartError(`TEMPORAL_CLI_PATH is ${named}, which does not run: ${fault}`);
  }
  const cacheFolder =
    search.cacheFolder ?? join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "everturn");
  const reasons = ["TEMPORAL_CLI_PATH: not set"];
  for (const way of WAYS.filter(({ slow }) => !search.isQuick || slow === undefined)) {
    try {
      if (way.slow !== undefined) search.onSlowWay?.(way.slow);
      const path = await way.find({ env, cacheFolder });
      const fault = await faultOf(path);
      if (fault === null) return path;
      reasons.push(`${way.words}: ${path} does not run: ${fault}`);
    } catch (error) {
      reasons.push(`${way.words}: ${firstLine(error)}`);
    }
  }
  const tried = reasons.map((reason) => `  - ${reason}`).join("\n");
  throw new StartError(
    `Temporal's program was not found:\n${tried}\nInstall the Temporal CLI, set TEMPORAL_CLI_PATH, or set TEMPORAL_ADDRESS to a running Temporal.`,
  );
}

async function faultOf(program: string): Promise<string | null> {
  try {
    await run(program, ["--version"], { timeout: VERSION_TIMEOUT_MS });
    return null;
  } catch (error) {
    return firstLine(error);
  }
}

function existing(path: string): string {
  if (!existsSync(path)) throw new Error(`${path} does not exist`);
  return path;
}

function onPath(env: NodeJS.ProcessEnv, program: string): string {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
  if (found === undefined) throw new Error("not there");
  return found;
}

async function download({
  env,
  cacheFolder,
}: {
  env: NodeJS.ProcessEnv;
  cacheFolder: string;
}): Promise<string> {
  const folder = join(cacheFolder, "download");
  mkdirSync(folder, { recursive: true });
  // A process of its own: the download cannot be cancelled from within, and a stalled network must not stall the start.
  const script = fileURLToPath(new URL("download-temporal.ts", import.meta.url));
  await run(process.execPath, [script, CLI_VERSION, folder], {
    env,
    timeout: DOWNLOAD_TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  const program = readdirSync(folder).find((name) => name.includes(CLI_VERSION.slice(1)));
  if (program === undefined) throw new Error(`nothing was downloaded to ${folder}`);
  return keep(join(folder, program), cacheFolder);
}

async function goInstall({
  env,
  cacheFolder,
}: {
  env: NodeJS.ProcessEnv;
  cacheFolder: string;
}): Promise<string> {
  const go = [() => onPath(env, "go"), () => existing("/usr/local/go/bin/go")];
  const program = attempt(go[0]) ?? attempt(go[1]);
  if (program === undefined) throw new Error("Go is not installed");
  const folder = join(cacheFolder, "go-bin");
  mkdirSync(folder, { recursive: true });
  await run(program, ["install", GO_PACKAGE], {
    env: { ...env, GOBIN: folder },
    timeout: GO_INSTALL_TIMEOUT_MS,
    maxBuffer: 16 * 1024 * 1024,
  });
  return keep(join(folder, "temporal"), cacheFolder);
}

function attempt(way: (() => string) | undefined): string | undefined {
  try {
    return way?.();
  } catch {
    return undefined;
  }
}

/** Puts a program under its name in the cache, all or nothing, for the next start. */
function keep(program: string, cacheFolder: string): string {
  const place = join(cacheFolder, `temporal-${CLI_VERSION}`);
  copyFileSync(program, `${place}.${process.pid}`);
  renameSync(`${place}.${process.pid}`, place);
  return place;
}

function firstLine(error: unknown): string {
  const { stderr, message, killed } = error as Error & { stderr?: string; killed?: boolean };
  if (killed) return "took too long";
  const lines = (stderr?.trim() || message).split("\n").filter((line) => line.trim() !== "");
  // Node prints where an error was thrown before its message.
  return (lines.find((line) => /error/i.test(line)) ?? lines[0] ?? "failed").trim();
}
