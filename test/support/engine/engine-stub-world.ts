// What the engine's stub keeps: images, volumes, networks and containers, with the rules of a real engine that the driver
// depends on. Volumes are folders, containers are folders with links to them, running ones are child processes.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Duplex, PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type StubCommand, StubProcess } from "./engine-stub-process.ts";

/** The engine says no, with a status and in words. */
export class StubRefusal extends Error {
  readonly status: number;
  constructor(status: number, words: string) {
    super(words);
    this.status = status;
  }
}

export interface StubMount {
  readonly Source: string;
  readonly Target: string;
  readonly ReadOnly?: boolean;
}

export interface StubContainerConfig {
  readonly Image: string;
  readonly Entrypoint?: readonly string[];
  readonly Env?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
  readonly HostConfig: {
    readonly Mounts: readonly StubMount[];
    readonly ReadonlyRootfs?: boolean;
    readonly NetworkMode: string;
    readonly NanoCpus?: number;
    readonly Tmpfs?: Readonly<Record<string, string>>;
  };
}

export interface StubContainer {
  readonly id: string;
  readonly name: string;
  readonly config: StubContainerConfig;
  readonly folder: string;
  process: StubProcess | null;
  /** What was attached to its input, until that ended. */
  input: PassThrough;
  /** What runs beside its process. */
  readonly execs: StubProcess[];
}

export interface StubExec {
  readonly container: StubContainer;
  readonly command: readonly string[];
}

export interface StubVolume {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  createdAt: string;
  readonly folder: string;
}

export interface StubNetwork {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly internal: boolean;
}

export interface StubImage {
  readonly env: readonly string[];
  /** What containers of it run instead of what they were asked to; null: that. */
  readonly command: readonly string[] | null;
  /** A folder with files of it that are asked for. */
  readonly files?: string;
}

export class StubWorld {
  readonly folder: string;
  readonly images = new Map<string, StubImage>();
  /** Images that can be pulled. */
  readonly registry = new Map<string, StubImage>();
  readonly containers = new Map<string, StubContainer>();
  readonly volumes = new Map<string, StubVolume>();
  readonly networks = new Map<string, StubNetwork>();
  readonly execs = new Map<string, StubExec>();
  readonly #takenNames = new Set<string>();
  cpus = 8;
  /** A rootless engine, to which no controller was delegated, refuses this limit and only warns of the others. */
  limitsCpus = true;

  constructor(folder: string) {
    this.folder = folder;
  }

  container(nameOrId: string): StubContainer {
    const found = [...this.containers.values()].find(({ id, name }) => id === nameOrId || name === nameOrId);
    if (found === undefined) throw new StubRefusal(404, `No such container: ${nameOrId}`);
    return found;
  }

  network(nameOrId: string): StubNetwork {
    const found = [...this.networks.values()].find(({ id, name }) => id === nameOrId || name === nameOrId);
    if (found === undefined) throw new StubRefusal(404, `network ${nameOrId} not found`);
    return found;
  }

  volume(name: string): StubVolume {
    const found = this.volumes.get(name);
    if (found === undefined) throw new StubRefusal(404, `get ${name}: no such volume`);
    return found;
  }

  /** Gives back the volume of that name if there is one, labels as they were. */
  async createVolume(name: string, labels: Readonly<Record<string, string>>): Promise<StubVolume> {
    const found = this.volumes.get(name);
    if (found !== undefined) return found;
    const folder = join(this.folder, "volumes", name);
    const volume = { name, labels, createdAt: new Date().toISOString(), folder };
    this.volumes.set(name, volume);
    await mkdir(folder, { recursive: true });
    return volume;
  }

  createNetwork(wanted: Omit<StubNetwork, "id">): StubNetwork {
    if ([...this.networks.values()].some(({ name }) => name === wanted.name))
      throw new StubRefusal(409, `network with name ${wanted.name} already exists`);
    const network = { ...wanted, id: randomUUID().replaceAll("-", "") };
    this.networks.set(network.id, network);
    return network;
  }

  async createContainer(name: string, wanted: StubContainerConfig): Promise<StubContainer> {
    const config = {
      ...wanted,
      HostConfig: { ...wanted.HostConfig, Mounts: wanted.HostConfig.Mounts ?? [] },
    };
    if (!this.images.has(config.Image)) throw new StubRefusal(404, `No such image: ${config.Image}`);
    if (this.#takenNames.has(name) || [...this.containers.values()].some((each) => each.name === name))
      throw new StubRefusal(409, `Conflict. The container name "/${name}" is already in use.`);
    if (config.HostConfig.NanoCpus !== undefined && !this.limitsCpus)
      throw new StubRefusal(400, "NanoCPUs can not be set: there is no CPU CFS scheduler");
    if ((config.HostConfig.NanoCpus ?? 0) > this.cpus * 1e9)
      throw new StubRefusal(
        400,
        `range of CPUs is from 0.01 to ${this.cpus}.00, as there are only ${this.cpus} CPUs available`,
      );
    const id = randomUUID().replaceAll("-", "");
    const folder = join(this.folder, "containers", id);
    const container: StubContainer = {
      id,
      name,
      config,
      folder,
      process: null,
      input: new PassThrough(),
      execs: [],
    };
    // Of two callers at once one is refused, and neither finds the container before it is whole.
    this.#takenNames.add(name);
    for (const { Source, Target } of config.HostConfig.Mounts) {
      const volume = await this.createVolume(Source, {});
      await mkdir(join(folder, dirname(Target)), { recursive: true });
      await symlink(volume.folder, join(folder, Target));
    }
    for (const path of this.#tmpfsOf(container)) await mkdir(path[1], { recursive: true });
    this.containers.set(id, container);
    this.#takenNames.delete(name);
    return container;
  }

  /** False: it runs already. */
  async startContainer(container: StubContainer): Promise<boolean> {
    if (container.process?.running === true) return false;
    const { Entrypoint = [], Image } = container.config;
    container.process = this.#run(container, {
      command: this.images.get(Image)?.command ?? Entrypoint,
      input: container.input,
    });
    container.input = new PassThrough();
    return true;
  }

  /** Gives the streams to a process beside the container's own. */
  startExec(id: string, streams: Duplex): void {
    const exec = this.execs.get(id);
    if (exec === undefined) throw new StubRefusal(404, `No such exec instance: ${id}`);
    exec.container.execs.push(
      this.#run(exec.container, { command: exec.command, input: streams, output: streams }),
    );
  }

  createExec(container: StubContainer, command: readonly string[]): string {
    if (container.process?.running !== true)
      throw new StubRefusal(409, `Container ${container.id} is not running`);
    const id = randomUUID().replaceAll("-", "");
    this.execs.set(id, { container, command });
    return id;
  }

  #run(container: StubContainer, run: Pick<StubCommand, "command" | "input" | "output">): StubProcess {
    const { Env = [], HostConfig } = container.config;
    const volumes = HostConfig.Mounts.map(({ Source, Target }) => [Target, this.volume(Source).folder]);
    const mounts = Object.fromEntries([...volumes, ...this.#tmpfsOf(container)]) as Record<string, string>;
    return new StubProcess({ ...run, env: Env, mounts });
  }

  /** Where they are here; short, as names of sockets have to be. */
  #tmpfsOf({ id, config }: Pick<StubContainer, "id" | "config">): [string, string][] {
    const paths = Object.keys(config.HostConfig.Tmpfs ?? {}).filter((path) => path !== "/tmp");
    return paths.map((path, at) => [path, join(this.folder, "t", `${id.slice(0, 8)}${at}`)]);
  }

  /** As after the container's own process ended: what runs beside it ends, too. */
  async endOf(container: StubContainer): Promise<void> {
    await container.process?.killed();
    for (const exec of container.execs.splice(0)) await exec.killed();
  }

  async removeContainer(container: StubContainer, force: boolean): Promise<void> {
    if (container.process?.running === true) {
      if (!force)
        throw new StubRefusal(409, `You cannot remove a running container ${container.id}. Stop it first.`);
    }
    await this.endOf(container);
    await rm(container.folder, { recursive: true, force: true, maxRetries: 10 });
    this.containers.delete(container.id);
  }

  async removeVolume(volume: StubVolume): Promise<void> {
    if (this.usersOf(volume).length > 0)
      throw new StubRefusal(409, `remove ${volume.name}: volume is in use`);
    await rm(volume.folder, { recursive: true, force: true, maxRetries: 10 });
    this.volumes.delete(volume.name);
  }

  usersOf(volume: StubVolume): StubContainer[] {
    return [...this.containers.values()].filter(({ config }) =>
      config.HostConfig.Mounts.some(({ Source }) => Source === volume.name),
    );
  }

  removeNetwork(network: StubNetwork): void {
    this.networks.delete(network.id);
  }

  /** A file of the container's image, as an archive. */
  pack(container: StubContainer, path: string): Readable {
    const { files } = this.images.get(container.config.Image) ?? {};
    if (files === undefined || !existsSync(join(files, path)))
      throw new StubRefusal(404, `Could not find the file ${path} in container ${container.id}`);
    const args = ["-cf", "-", "-C", join(files, dirname(path)), basename(path)];
    return spawn("tar", args, { stdio: ["ignore", "pipe", "ignore"] }).stdout;
  }

  /** Unpacks an archive in a folder of a container, as it comes: what arrived before a cut stays. */
  async unpack(container: StubContainer, folder: string, bytes: Readable): Promise<void> {
    const { ReadonlyRootfs, Mounts } = container.config.HostConfig;
    const mount = Mounts.find(({ Target }) => folder === Target || folder.startsWith(`${Target}/`));
    if (mount === undefined && ReadonlyRootfs === true)
      throw new StubRefusal(400, "container rootfs is marked read-only");
    // Unpacked at the root it may reach any of them.
    const readOnly = mount === undefined ? Mounts.find(({ ReadOnly }) => ReadOnly === true) : mount;
    if (readOnly?.ReadOnly === true)
      throw new StubRefusal(400, `mounted volume ${readOnly.Source} is marked read-only`);
    const to = join(container.folder, folder);
    if (!existsSync(to)) throw new StubRefusal(404, `Could not find the file ${folder} in container`);
    const options = ["--no-same-owner", "--keep-directory-symlink", "-xpf", "-", "-C", to];
    const tar = spawn("tar", options, { stdio: ["pipe", "ignore", "pipe"] });
    const said: Buffer[] = [];
    tar.stderr.on("data", (chunk: Buffer) => said.push(chunk));
    const ended = once(tar, "close");
    await pipeline(bytes, tar.stdin).catch(() => {});
    const [code] = (await ended) as [number | null];
    if (code !== 0) throw new StubRefusal(400, `archive: ${Buffer.concat(said).toString().trim()}`);
  }

  has(container: StubContainer, path: string): boolean {
    return existsSync(join(container.folder, path));
  }

  /** Ends everything that runs. */
  async end(): Promise<void> {
    for (const container of this.containers.values()) await this.endOf(container);
  }
}
