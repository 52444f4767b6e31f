// The agent's options: its command line, its token and the environment of its processes.
import { readFileSync, realpathSync, unlinkSync } from "node:fs";
import { isAbsolute } from "node:path";
import { parseArgs } from "node:util";
import type { DiskLimitInput } from "./disk-limit.ts";
import type { EgressPlace } from "./egress-port.ts";
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
  /** How much of these folders' disk the workspace may use; null: as much as there is. */
  readonly disk: Pick<DiskLimitInput, "folders" | "mib"> | null;
  /** Of every process. */
  readonly env: Readonly<Record<string, string>>;
}

const usage =
  `--root <folder> --state <folder> (--socket <path> | --listen-fd <number> | --port <number> [--host <address>]) ` +
  `--rg <program> [--env-file <JSON>] [--egress <port>:<socket>] [--disk-mib <number> [--disk-folder <folder>]...] [--token-file <file>]; without a file, which is removed, the token is read from stdin`;

// The system's default, for an agent that was started without PATH.
const pathDefault = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const portMax = 65_535;
const fdMax = 1_023;
const diskMibMax = 16_777_216;
const stdin = 0;
const loopback = "127.0.0.1";

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
      port: { type: "string" },
      host: { type: "string" },
      rg: { type: "string" },
      "env-file": { type: "string" },
      egress: { type: "string" },
      "disk-mib": { type: "string" },
      "disk-folder": { type: "string", multiple: true, default: [] },
      "token-file": { type: "string" },
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
    token: takeToken(values["token-file"]),
    env: processEnvironment(root, env["PATH"], values["env-file"]),
  };
}

function placeOf(values: {
  socket?: string;
  "listen-fd"?: string;
  port?: string;
  host?: string;
}): ListenPlace {
  const { socket, "listen-fd": fd, port } = values;
  const places: ListenPlace[] = [
    ...(socket === undefined ? [] : [{ kind: "unix", path: absolute("socket", socket) } as const]),
    ...(fd === undefined ? [] : [{ kind: "fd", fd: whole("listen-fd", fd, fdMax) } as const]),
    ...(port === undefined
      ? []
      : [{ kind: "tcp", host: values.host ?? loopback, port: whole("port", port, portMax) } as const]),
  ];
  const [place, ...others] = places;
  if (place === undefined || others.length > 0) {
    throw new Error(`one of --socket, --listen-fd and --port is wanted: ${usage}`);
  }
  return place;
}

function egressOf(value: string): EgressPlace {
  const [port = "", socket] = value.split(/:(.*)/s);
  return { port: whole("egress", port, portMax), socket: absolute("egress", socket) };
}

function whole(name: string, value: string, max: number): number {
  if (/^\d{1,9}$/.test(value) && Number(value) <= max) return Number(value);
  throw new Error(`--${name} must be a whole number of at most ${max}: ${usage}`);
}

function takeToken(file: string | undefined): string {
  const token = readFileSync(file ?? stdin, "utf8").trim();
  if (file !== undefined) unlinkSync(file);
  return required("token-file (or the token on stdin)", token === "" ? undefined : token);
}

// Programs must not wait for a person: editors end at once, pagers print, and questions are not asked or answered with yes.
const unattended = {
  CI: "true",
  DEBIAN_FRONTEND: "noninteractive",
  EDITOR: "true",
  GIT_EDITOR: "true",
  GIT_PAGER: "cat",
  GIT_TERMINAL_PROMPT: "0",
  PAGER: "cat",
  PIP_NO_INPUT: "1",
  npm_config_yes: "true",
};

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
