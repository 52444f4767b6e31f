// Dev holds the embedded stack: where Temporal's program comes from, way after way, each with its reason kept.
import { execFile } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "../../platform/programs/cache-folder.mjs";
import { onPath } from "../../platform/programs/on-path.ts";
import { identify, isSameProcess, type ProcessIdentity } from "../../platform/system-processes.ts";
import { plainEnvironment } from "../stack-environment.ts";
import { StartError } from "../start-error.ts";

const run = promisify(execFile);

// The newest version whose go.mod has no `replace`, which `go install` refuses; the download takes the same one.
const CLI_VERSION = "v1.5.1";
const GO_PACKAGE = `github.com/temporalio/cli/cmd/temporal@${CLI_VERSION}`;
const DOWNLOADS = "https://github.com/temporalio/cli/releases/download";
/** The archives of this version by platform, and their lines in the release's checksums.txt. */
export const ARCHIVES: Readonly<Record<string, { readonly name: string; readonly sha256: string }>> = {
  "linux-x64": {
    name: "linux_amd64",
    sha256: "ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d",
  },
  "linux-arm64": {
    name: "linux_arm64",
    sha256: "bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5",
  },
  "darwin-x64": {
    name: "darwin_amd64",
    sha256: "bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9",
  },
  "darwin-arm64": {
    name: "darwin_arm64",
    sha256: "cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415",
  },
};
const VERSION_TIMEOUT_MS = 20_000;
const UNPACK_TIMEOUT_MS = 120_000;
// About three minutes on two cores; slow machines and slow networks get more.
const GO_INSTALL_TIMEOUT_MS = 900_000;

export interface TemporalSearch {
  readonly env: NodeJS.ProcessEnv;
  /** Told before a way that takes long. */
  readonly onSlowWay?: ((words: string) => void) | undefined;
  /** Leaves out the ways that download or build. */
  readonly isQuick?: boolean;
  /** Ends a download or a build. */
  readonly signal?: AbortSignal | undefined;
}

type Place = Pick<TemporalSearch, "env" | "signal">;

interface Way {
  readonly words: string;
  /** Path of a program, or throws with the reason why there is none. */
  readonly find: (place: Place) => string | Promise<string>;
  readonly slow?: string;
}

const WAYS: readonly Way[] = [
  { words: "`temporal` on PATH", find: ({ env }) => programOnPath("temporal", env) },
  {
    words: "Go's own folder",
    find: ({ env }) => existing(join(env["HOME"] ?? homedir(), "go", "bin", "temporal")),
  },
  { words: "the cache", find: ({ env }) => existing(cachedProgram(env)) },
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
    const fault = await faultOf(named, search);
    if (fault === null) return named;
    throw new StartError(`TEMPORAL_CLI_PATH is ${named}, which does not run: ${fault}`);
  }
  const reasons = ["TEMPORAL_CLI_PATH: not set"];
  for (const way of WAYS.filter(({ slow }) => !search.isQuick || slow === undefined)) {
    try {
      if (way.slow !== undefined) search.onSlowWay?.(way.slow);
      const path = await way.find(search);
      const fault = await faultOf(path, search);
      if (fault === null) return path;
      reasons.push(`${way.words}: ${path} does not run: ${fault}`);
    } catch (error) {
      if (search.signal?.aborted) throw new StartError("the search for Temporal's program was ended");
      reasons.push(`${way.words}: ${firstLine(error)}`);
    }
  }
  const tried = reasons.map((reason) => `  - ${reason}`).join("\n");
  throw new StartError(
    `Temporal's program was not found:\n${tried}\nInstall the Temporal CLI, set TEMPORAL_CLI_PATH, or set TEMPORAL_ADDRESS to a running Temporal.`,
  );
}

async function faultOf(
  program: string,
  { env, signal }: Pick<Place, "env" | "signal">,
): Promise<string | null> {
  try {
    const ends = signal === undefined ? {} : { signal };
    await run(program, ["--version"], { env: plainEnvironment(env), timeout: VERSION_TIMEOUT_MS, ...ends });
    return null;
  } catch (error) {
    return firstLine(error);
  }
}

function existing(path: string): string {
  if (!existsSync(path)) throw new Error(`${path} does not exist`);
  return path;
}

function programOnPath(program: string, env: NodeJS.ProcessEnv): string {
  const found = onPath(program, env);
  if (found === null) throw new Error("not there");
  return found;
}

/** For the next start. */
function cachedProgram(env: NodeJS.ProcessEnv): string {
  return join(cacheFolder(env), `temporal-${CLI_VERSION}`);
}

async function download({ env, signal }: Place): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const archive = ARCHIVES[platform];
  if (archive === undefined) throw new Error(`there is none for ${platform}`);
  const folder = downloadFolder(cacheFolder(env));
  const name = `temporal_cli_${CLI_VERSION.slice(1)}_${archive.name}.tar.gz`;
  const file = join(folder, name);
  const { downloadFile } = await import("../install/download-file.ts");
  const { sha256 } = archive;
  await downloadFile({ url: `${DOWNLOADS}/${CLI_VERSION}/${name}`, file, sha256, env, signal });
  await run("tar", ["-xzf", file, "-C", folder, "temporal"], { timeout: UNPACK_TIMEOUT_MS });
  chmodSync(join(folder, "temporal"), 0o755);
  const program = keep(join(folder, "temporal"), cachedProgram(env));
  rmSync(folder, { recursive: true, force: true });
  return program;
}

/**
 * Where the download goes: always the same folder, so that the next start takes up what this one leaves, unless another start
 * is at work in it. Nobody waits for a lock, and one whose process is gone is nobody's.
 */
export function downloadFolder(cache: string): string {
  const folder = join(cache, "download");
  const lock = join(folder, "lock.json");
  mkdirSync(folder, { recursive: true });
  try {
    const holder = JSON.parse(readFileSync(lock, "utf8")) as ProcessIdentity;
    if (holder.pid !== process.pid && isSameProcess(holder)) return mkdtempSync(`${folder}-`);
  } catch {
    // There is none, or half of one.
  }
  writeFileSync(lock, JSON.stringify(identify(process.pid)));
  return folder;
}

async function goInstall({ env, signal }: Place): Promise<string> {
  const usual = "/usr/local/go/bin/go";
  const program = onPath("go", env) ?? (existsSync(usual) ? usual : null);
  if (program === null) throw new Error("Go is not installed");
  const folder = join(cacheFolder(env), "go-bin");
  mkdirSync(folder, { recursive: true });
  await run(program, ["install", GO_PACKAGE], {
    env: { ...plainEnvironment(env, { isFetching: true }), GOBIN: folder },
    timeout: GO_INSTALL_TIMEOUT_MS,
    maxBuffer: 16 * 1024 * 1024,
    ...(signal !== undefined && { signal }),
  });
  return keep(join(folder, "temporal"), cachedProgram(env));
}

/** Copies a program to its place in the cache, all or nothing. */
function keep(program: string, place: string): string {
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
