// The agent's options: its command line, its token and the environment of its processes.
import { readFileSync, realpathSync } from "node:fs";
import { isAbsolute } from "node:path";
import { parseArgs } from "node:util";
import type { DiskLimitInput } from "./disk-limit.ts";
import type { EgressPlace } from "./egress-port.ts";
import { unattended } from "./processes/unattended.ts";
import type { ListenPlace } from "./wire/listen.ts";
import { environmentSchema, readRequest } from "./wire/requests.ts";

export interface AgentOptions {
  /** Real path. */
  readonly root: string;
  readonly stateFolder: string;
  readonly place: ListenPlace;
  readonly rgPath: string;
  readonly token: string;
  /** Null: the workspace has no way to the internet, or needs none of ours. */
  readonly egress: EgressPlace | null;
  /** How much disk these folders may use together; null: as much as there is. */
  readonly disk: Pick<DiskLimitInput, "folders" | "mib"> | null;
  /** For every process. */
  readonly env: Readonly<Record<string, string>>;
}

const usage =
  `--root <folder> --state <folder> (--socket <path> | --listen-fd <number>) --rg <program> [--env-file <JSON>] ` +
  `[--egress <port>:<socket>] [--disk-mib <number> [--disk-folder <folder>]...]; the token is the first line of stdin`;

// The system's default, for an agent that was started without PATH.
const pathDefault = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const portMax = 65_535;
const fdMax = 1_023;
const diskMibMax = 16_777_216;
const stdin = 0;

/** The token is read from a file or stdin: all processes of a user can read environments. Throws with the usage. */
export function readAgentOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): AgentOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      root: { type: "string" },
      state: { type: "string" },
      socket: { type: "string" },
      "listen-fd": { type: "string" },
      rg: { type: "string" },
      "env-file": { type: "string" },
      egress: { type: "string" },
      "disk-mib": { type: "string" },
      "disk-folder": { type: "string", multiple: true, default: [] },
    },
  });
  const root = realpathSync(required("root", values.root));
  const stateFolder = absolute("state", values.state);
  const diskMib = values["disk-mib"];
  return {
    root,
    stateFolder,
    place: placeOf(values),
    rgPath: required("rg", values.rg),
    egress: values.egress === undefined ? null : egressOf(values.egress),
    disk:
      diskMib === undefined
        ? null
        : {
            mib: whole("disk-mib", diskMib, diskMibMax),
            folders: [root, stateFolder, ...values["disk-folder"]],
          },
    token: readToken(),
    env: processEnvironment(root, env["PATH"], values["env-file"]),
  };
}

function placeOf(values: { socket?: string; "listen-fd"?: string }): ListenPlace {
  const { socket, "listen-fd": fd } = values;
  if (fd === undefined && socket !== undefined) return { kind: "unix", path: absolute("socket", socket) };
  if (fd === undefined || socket !== undefined) {
    throw new Error(`one of --socket and --listen-fd is wanted: ${usage}`);
  }
  return { kind: "fd", fd: whole("listen-fd", fd, fdMax) };
}

function egressOf(value: string): EgressPlace {
  const [port = "", socket] = value.split(/:(.*)/s);
  return { port: whole("egress", port, portMax), socket: absolute("egress", socket) };
}

function whole(name: string, value: string, max: number): number {
  if (/^\d{1,9}$/.test(value) && Number(value) <= max) return Number(value);
  throw new Error(`--${name} must be a whole number of at most ${max}: ${usage}`);
}

function readToken(): string {
  // Two workers that start one container at once both write the token.
  const [line = ""] = readFileSync(stdin, "utf8").trim().split("\n", 1);
  if (line === "") throw new Error(`the token is missing: ${usage}`);
  return line;
}

/** Processes get PATH from the agent's own environment and nothing else. */
function processEnvironment(root: string, path: string | undefined, file: string | undefined) {
  const base = { PATH: path ?? pathDefault, HOME: root, LANG: "C.UTF-8", TERM: "dumb", ...unattended };
  if (file === undefined) return base;
  return { ...base, ...readRequest(environmentSchema, JSON.parse(readFileSync(file, "utf8")), "env-file") };
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
