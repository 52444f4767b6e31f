// The part of the Engine API that the driver uses, over the stub's world: each route with the answer a real engine gives.
import type { IncomingMessage } from "node:http";
import { basename } from "node:path";
import { type Duplex, pipeline, type Readable } from "node:stream";
import {
  type StubContainer,
  type StubContainerConfig,
  type StubNetwork,
  StubRefusal,
  type StubVolume,
  type StubWorld,
} from "./engine-stub-world.ts";

export interface StubCall {
  /** Without the version. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly request: IncomingMessage;
}

export interface StubAnswer {
  readonly status: number;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as they are, each by itself. */
  readonly pieces?: readonly Buffer[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it comes. */
  readonly stream?: Readable;
  /** With 101: takes the connection. */
  readonly hijack?: (streams: Duplex) => void;
}

export interface StubVersion {
  readonly api: string;
  readonly oldest: string;
  readonly os: string;
  readonly arch: string;
}

type Route = (world: StubWorld, call: StubCall, id: string) => StubAnswer | Promise<StubAnswer>;

/** Answers a call, or throws StubRefusal. */
export async function answerCall(
  world: StubWorld,
  version: StubVersion,
  call: StubCall,
): Promise<StubAnswer> {
  const wanted = `${call.request.method} ${call.path}`;
  if (wanted === "GET /version") return { status: 200, json: versionAnswer(version) };
  if (wanted === "GET /_ping") return { status: 200, pieces: [Buffer.from("OK")] };
  for (const [pattern, route] of routes) {
    const match = pattern.exec(wanted);
    if (match !== null) return route(world, call, decodeURIComponent(match[1] ?? ""));
  }
  throw new StubRefusal(404, "page not found");
}

function versionAnswer({ api, oldest, os, arch }: StubVersion): object {
  return { Version: "99.0.0", ApiVersion: api, MinAPIVersion: oldest, Os: os, Arch: arch };
}

const nothing: StubAnswer = { status: 204 };

const routes: readonly (readonly [RegExp, Route])[] = [
  [/^GET \/info$/, (world) => ({ status: 200, json: infoAnswer(world) })],
  [/^GET \/images\/(.+)\/json$/, (world, _, id) => ({ status: 200, json: imageAnswer(world, id) })],
  [/^POST \/images\/create$/, (world, call) => pull(world, call.query)],
  [/^GET \/volumes$/, (world, call) => ({ status: 200, json: volumeList(world, call.query) })],
  [/^POST \/volumes\/create$/, createVolume],
  [/^GET \/volumes\/([^/]+)$/, (world, _, id) => ({ status: 200, json: volumeAnswer(world.volume(id)) })],
  [
    /^DELETE \/volumes\/([^/]+)$/,
    async (world, _, id) => {
      await world.removeVolume(world.volume(id));
      return nothing;
    },
  ],
  [/^GET \/networks$/, (world, call) => ({ status: 200, json: networkList(world, call.query) })],
  [/^GET \/networks\/([^/]+)$/, (world, _, id) => ({ status: 200, json: networkAnswer(world.network(id)) })],
  [
    /^DELETE \/networks\/([^/]+)$/,
    (world, _, id) => {
      world.removeNetwork(world.network(id));
      return nothing;
    },
  ],
  [/^GET \/containers\/json$/, (world, call) => ({ status: 200, json: containerList(world, call.query) })],
  [/^POST \/containers\/create$/, createContainer],
  [
    /^GET \/containers\/([^/]+)\/json$/,
    (world, _, id) => ({ status: 200, json: containerAnswer(world.container(id)) }),
  ],
  [
    /^POST \/containers\/([^/]+)\/start$/,
    async (world, _, id) => ({
      status: (await world.startContainer(world.container(id))) ? 204 : 304,
    }),
  ],
  [/^POST \/containers\/([^/]+)\/stop$/, stopContainer],
  [
    /^DELETE \/containers\/([^/]+)$/,
    async (world, call, id) => {
      await world.removeContainer(world.container(id), call.query.get("force") === "true");
      return nothing;
    },
  ],
  [/^POST \/containers\/([^/]+)\/attach$/, attach],
  [/^POST \/containers\/([^/]+)\/exec$/, createExec],
  [/^POST \/exec\/([^/]+)\/start$/, startExec],
  [
    /^GET \/containers\/([^/]+)\/archive$/,
    (world, call, id) => ({
      status: 200,
      stream: world.pack(world.container(id), call.query.get("path") ?? "/"),
      headers: { "content-type": "application/x-tar" },
    }),
  ],
  [/^HEAD \/containers\/([^/]+)\/archive$/, statInside],
  [
    /^PUT \/containers\/([^/]+)\/archive$/,
    async (world, call, id) => {
      await world.unpack(world.container(id), call.query.get("path") ?? "/", call.request);
      return { status: 200 };
    },
  ],
  [
    /^GET \/containers\/([^/]+)\/logs$/,
    (world, _, id) => ({
      status: 200,
      pieces: [world.container(id).process?.log ?? Buffer.alloc(0)],
      headers: { "content-type": "application/vnd.docker.multiplexed-stream" },
    }),
  ],
];

function infoAnswer(world: StubWorld): object {
  return {
    NCPU: world.cpus,
    MemoryLimit: true,
    PidsLimit: true,
    CpuCfsQuota: world.limitsCpus,
    SecurityOptions: ["name=seccomp,profile=builtin", "name=cgroupns"],
  };
}

function imageAnswer(world: StubWorld, name: string): object {
  const image = world.images.get(name);
  if (image === undefined) throw new StubRefusal(404, `No such image: ${name}`);
  return { Id: `sha256:${"0".repeat(64)}`, RepoTags: [name], Config: { Env: image.env } };
}

function pull(world: StubWorld, query: URLSearchParams): StubAnswer {
  const tag = query.get("tag") ?? "";
  const name = `${query.get("fromImage") ?? ""}${tag.includes(":") ? "@" : ":"}${tag}`;
  const image = world.registry.get(name);
  if (image === undefined)
    throw new StubRefusal(404, `pull access denied for ${name}, repository does not exist`);
  world.images.set(name, image);
  const lines = [
    { status: `Pulling from ${name}`, id: tag },
    { status: "Pulling fs layer", progressDetail: {}, id: "a1" },
    { status: "Downloading", progressDetail: { current: 1, total: 2 }, progress: "[==> ]", id: "a1" },
    { status: "Pull complete", progressDetail: {}, id: "a1" },
    { status: `Status: Downloaded newer image for ${name}` },
  ].map((line) => `${JSON.stringify(line)}\r\n`);
  // Cut anywhere but at the ends of lines, as streams are.
  const text = Buffer.from(lines.join(""));
  return { status: 200, pieces: [text.subarray(0, 70), text.subarray(70, 75), text.subarray(75)] };
}

async function createVolume(world: StubWorld, { body }: StubCall): Promise<StubAnswer> {
  const { Name, Labels } = body as { Name: string; Labels?: Record<string, string> };
  return { status: 201, json: volumeAnswer(await world.createVolume(Name, Labels ?? {})) };
}

async function createContainer(world: StubWorld, { query, body }: StubCall): Promise<StubAnswer> {
  const container = await world.createContainer(query.get("name") ?? "", body as StubContainerConfig);
  return { status: 201, json: { Id: container.id, Warnings: [] } };
}

async function stopContainer(world: StubWorld, { query }: StubCall, id: string): Promise<StubAnswer> {
  const container = world.container(id);
  if (container.process?.running !== true) return { status: 304 };
  await container.process.stop(Number(query.get("t") ?? 10) * 1_000);
  await world.endOf(container);
  return nothing;
}

/** Its input alone. The first one that ends its input ends the container's, as `StdinOnce` says. */
function attach(world: StubWorld, _call: StubCall, id: string): StubAnswer {
  const container = world.container(id);
  // What runs already has its input elsewhere, or at its end.
  const { input } = container;
  return {
    status: 101,
    hijack: (streams) => {
      // It is at its end as well when the first one that was attached is gone.
      const isOver = container.process?.running === true || input.destroyed || input.writableEnded;
      if (isOver) streams.resume().on("end", () => streams.end());
      else pipeline(streams, input, () => streams.end());
    },
  };
}

function createExec(world: StubWorld, { body }: StubCall, id: string): StubAnswer {
  const { Cmd } = body as { Cmd: string[] };
  return { status: 201, json: { Id: world.createExec(world.container(id), Cmd) } };
}

function startExec(world: StubWorld, _call: StubCall, id: string): StubAnswer {
  return { status: 101, hijack: (streams) => world.startExec(id, streams) };
}

function statInside(world: StubWorld, { query }: StubCall, id: string): StubAnswer {
  const path = query.get("path") ?? "";
  if (!world.has(world.container(id), path))
    throw new StubRefusal(404, `Could not find the file ${path} in container ${id}`);
  const stat = Buffer.from(JSON.stringify({ name: basename(path), size: 1 })).toString("base64");
  return { status: 200, headers: { "x-docker-container-path-stat": stat } };
}

function hasLabels(labels: Readonly<Record<string, string>>, query: URLSearchParams): boolean {
  const { label = [] } = JSON.parse(query.get("filters") ?? "{}") as { label?: string[] };
  return label.every((wanted) => {
    const [name = "", value] = wanted.split("=", 2);
    return value === undefined ? name in labels : labels[name] === value;
  });
}

function volumeList(world: StubWorld, query: URLSearchParams): object {
  const { dangling } = JSON.parse(query.get("filters") ?? "{}") as { dangling?: string[] };
  const fits = [...world.volumes.values()].filter(
    (volume) =>
      hasLabels(volume.labels, query) && (dangling === undefined || world.usersOf(volume).length === 0),
  );
  return { Volumes: fits.map(volumeAnswer), Warnings: [] };
}

function volumeAnswer({ name, labels, createdAt, folder }: StubVolume): object {
  const fixed = { Driver: "local", Scope: "local", Options: {} };
  return { ...fixed, Name: name, Labels: labels, CreatedAt: createdAt, Mountpoint: folder };
}

function networkList(world: StubWorld, query: URLSearchParams): object {
  return [...world.networks.values()].filter(({ labels }) => hasLabels(labels, query)).map(networkAnswer);
}

function networkAnswer({ id, name, labels, internal }: StubNetwork): object {
  return { Id: id, Name: name, Labels: labels, Internal: internal, Driver: "bridge", Scope: "local" };
}

function containerList(world: StubWorld, query: URLSearchParams): object {
  const all = query.get("all") === "true";
  return [...world.containers.values()]
    .filter(
      ({ config, process }) => hasLabels(config.Labels ?? {}, query) && (all || process?.running === true),
    )
    .map(({ id, name, config }) => ({
      Id: id,
      Names: [`/${name}`],
      Image: config.Image,
      Labels: config.Labels ?? {},
    }));
}

function containerAnswer({ id, name, config, process }: StubContainer): object {
  const running = process?.running === true;
  return {
    Id: id,
    Name: `/${name}`,
    Image: `sha256:${"0".repeat(64)}`,
    State: {
      Status: process === null ? "created" : running ? "running" : "exited",
      Running: running,
      ExitCode: process?.exitCode ?? 0,
      OOMKilled: false,
      Error: "",
    },
    Config: { Labels: config.Labels ?? {}, Image: config.Image },
  };
}
