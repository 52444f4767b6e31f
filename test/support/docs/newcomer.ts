// Test support: a stack that `npm start` brought up in a folder that looks like a clone, and a shell for what the docs print.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readRunning } from "../../../dev/data/running-file.ts";
import { freePort } from "../../../dev/free-port.ts";
import { resetPostgresHome } from "../../../dev/postgres/postgres-home.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const PRINTED_ADDRESS = "http://127.0.0.1:3100";
/** A reader's shell knows nothing of the servers that the tests run on. */
const OURS = /^(EVERTURN_|TEMPORAL_|DATABASE_|OPENAI_|ANTHROPIC_|METRICS_)/;
const COMMANDS_TIMEOUT_MS = 300_000;

export interface Newcomer {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly apiUrl: string;
  readonly apiKey: string;
  /** What `npm start` has printed. */
  printed(): string;
  /** Runs shell text as a reader would paste it. Any command that fails, also within a pipe, throws with all output. */
  run(text: string): Promise<string>;
  stop(): Promise<void>;
}

export interface NewcomerInput {
  /** What the reader sets for `npm start`. */
  readonly env: Readonly<Record<string, string>>;
  /** What the reader has saved before. */
  readonly files: Readonly<Record<string, string>>;
}

export async function startNewcomer(input: NewcomerInput): Promise<Newcomer> {
  const folder = mkdtempSync(join(tmpdir(), "everturn-docs-"));
  for (const [name, text] of Object.entries(input.files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const dataFolder = join(folder, ".data");
  const env = { ...(await newcomersEnvironment(folder)), ...input.env };
  const stack = await startStack(folder, env);
  const addresses = readRunning(dataFolder)?.addresses;
  if (addresses === undefined) throw new Error(`npm start left no addresses:\n${stack.printed()}`);
  const { apiUrl, apiKey } = addresses;
  writeCurl(folder, apiUrl);
  return {
    folder,
    env,
    apiUrl,
    apiKey,
    printed: stack.printed,
    run: (text) => runShell(text, { cwd: folder, env: { ...env, EVERTURN_URL: apiUrl } }),
    async stop() {
      await stack.stop();
      resetPostgresHome(dataFolder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The commands say `.data` and `npm`: links make the folder look like a clone, with data of its own. */
async function newcomersEnvironment(folder: string): Promise<NodeJS.ProcessEnv> {
  // Open to the user that Postgres runs as when the tests run as root.
  chmodSync(folder, 0o755);
  for (const name of readdirSync(ROOT)) {
    if (name !== ".data" && name !== ".git") symlinkSync(join(ROOT, name), join(folder, name));
  }
  const kept = Object.entries(process.env).filter(
    ([name]) => !OURS.test(name) || name === "TEMPORAL_CLI_PATH",
  );
  const path = [join(folder, "docs-bin"), process.env["PATH"]].join(delimiter);
  return { ...Object.fromEntries(kept), PATH: path, PORT: String(await freePort()), LOG_LEVEL: "warn" };
}

async function startStack(folder: string, env: NodeJS.ProcessEnv) {
  // A group of its own: Ctrl-C reaches all of a terminal's foreground group, and npm passes no signal on.
  const child = spawn("npm", ["start"], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let text = "";
  await new Promise<void>((resolve, reject) => {
    const keep = (chunk: string) => {
      text += chunk;
      if (/^curl -sN .*\n/m.test(text)) resolve();
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", keep);
    child.once("exit", () => reject(new Error(`npm start ended:\n${text}`)));
  });
  return {
    printed: () => text,
    async stop() {
      if (child.exitCode !== null || child.pid === undefined) return;
      process.kill(-child.pid, "SIGINT");
      // Of the pipes, not of npm: it may be gone before what it started.
      await once(child, "close");
    },
  };
}

/** A curl that leads to this stack, fails where the server refuses, and leaves a chat's stream once its turn has ended and all is told. */
function writeCurl(folder: string, apiUrl: string): void {
  const escaped = (url: string) => url.replaceAll("/", "\\/");
  const script = `#!/bin/bash
args=()
for arg in "$@"; do args+=("\${arg//${escaped(PRINTED_ADDRESS)}/${escaped(apiUrl)}}"); done
PATH=\${PATH#*:}
[[ " $* " == *" -sN "*"/stream "* ]] || exec curl --fail-with-body --max-time 120 "\${args[@]}"
caught_up= at_rest=
while IFS= read -r line; do
  echo "$line"
  [[ $line == "event: caught_up"* ]] && caught_up=1
  [[ $line == *'"status":"running"'* ]] && at_rest=
  [[ $line == *'"status":"waiting"'* ]] && at_rest=1
  [[ -n $caught_up && -n $at_rest ]] && exit 0
done < <(curl --fail-with-body --max-time 120 "\${args[@]}")
exit 1
`;
  mkdirSync(join(folder, "docs-bin"));
  writeFileSync(join(folder, "docs-bin", "curl"), script, { mode: 0o755 });
}

async function runShell(text: string, where: { cwd: string; env: NodeJS.ProcessEnv }): Promise<string> {
  const script = `set -euo pipefail\n${text}`;
  try {
    const options = { ...where, timeout: COMMANDS_TIMEOUT_MS };
    const { stdout, stderr } = await promisify(execFile)("bash", ["-c", script], options);
    return stdout + stderr;
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`, { cause: error });
  }
}
