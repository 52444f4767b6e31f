// The workspace agent runs inside the workspace. This file: what its command line and environment say.
import { readFileSync, realpathSync } from "node:fs";
import { isAbsolute } from "node:path";
import { parseArgs } from "node:util";
import type { ListenPlace } from "./listen.ts";
import { agentTokenVariable } from "./protocol.ts";
import { environment } from "./request-shapes.ts";

export interface AgentOptions {
  /** Real path. */
  readonly root: string;
  readonly stateFolder: string;
  readonly place: ListenPlace;
  readonly rgPath: string;
  readonly token: string;
  /** Of every process. */
  readonly env: Readonly<Record<string, string>>;
}

const usage =
  `--root <folder> --state <folder> (--socket <path> | --port <number> [--host <address>]) --rg <program> ` +
  `[--env-file <JSON>] [--token-file <file>]; the token is in ${agentTokenVariable} otherwise`;

// The system's own, for a daemon that was started without any.
const pathDefault = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const portMax = 65_535;
const loopback = "127.0.0.1";

/** Takes the token out of `env`, so that no child has it. Throws with the usage. */
export function readAgentOptions(
  args: readonly string[],
  env: Record<string, string | undefined>,
): AgentOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      root: { type: "string" },
      state: { type: "string" },
      socket: { type: "string" },
      port: { type: "string" },
      host: { type: "string" },
      rg: { type: "string" },
      "env-file": { type: "string" },
      "token-file": { type: "string" },
    },
  });
  const root = realpathSync(required("root", values.root));
  return {
    root,
    stateFolder: absolute("state", values.state),
    place: placeOf(values),
    rgPath: required("rg", values.rg),
    token: takeToken(values["token-file"], env),
    env: processEnvironment(root, env["PATH"], values["env-file"]),
  };
}

function placeOf(values: { socket?: string; port?: string; host?: string }): ListenPlace {
  if (values.socket !== undefined && values.port === undefined) {
    return { kind: "unix", path: absolute("socket", values.socket) };
  }
  const port = Number(values.port ?? Number.NaN);
  if (values.socket !== undefined || !Number.isInteger(port) || port < 0 || port > portMax) {
    throw new Error(`either --socket or --port is wanted: ${usage}`);
  }
  return { kind: "tcp", host: values.host ?? loopback, port };
}

function takeToken(file: string | undefined, env: Record<string, string | undefined>): string {
  const token = file === undefined ? env[agentTokenVariable] : readFileSync(file, "utf8").trim();
  delete env[agentTokenVariable];
  return required(`token-file or ${agentTokenVariable}`, token === "" ? undefined : token);
}

/** Clean: what the daemon was started with is not the processes' business, except where programs are. */
function processEnvironment(root: string, path: string | undefined, file: string | undefined) {
  const base = { PATH: path ?? pathDefault, HOME: root, LANG: "C.UTF-8", TERM: "dumb" };
  if (file === undefined) return base;
  return { ...base, ...environment(JSON.parse(readFileSync(file, "utf8")), "env-file") };
}

function absolute(name: string, value: string | undefined): string {
  const path = required(name, value);
  if (!isAbsolute(path)) throw new Error(`--${name} must be absolute: ${usage}`);
  return path;
}

function required(name: string, value: string | undefined): string {
  if (value === undefined) throw new Error(`--${name} is missing: ${usage}`);
  return value;
}
