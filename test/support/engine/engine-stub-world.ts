// What the engine's stub keeps: images, volumes, networks and containers, with the rules of a real engine that the driver
// depends on. Volumes are folders, containers are folders with links to them, running ones are child processes.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { freePort, StubProcess } from "./engine-stub-process.ts";

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
    readonly PortBindings?: Readonly<Record<string, readonly { readonly HostIp: string }[]>>;
  };
}

export interface StubContainer {
  readonly id: string;
  readonly name: string;
  readonly config: StubContainerConfig;
  readonly folder: string;
  process: StubProcess | null;
  port: number;
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
}

export class StubWorld {
  readonly folder: string;
  readonly images = new Map<string, StubImage>();
  /** Images that can be pulled. */
  readonly registry = new Map<string, StubImage>();
  readonly containers = new Map<string, StubContainer>();
  readonly volumes = new Map<string, StubVolume>();
  readonly networks = new Map<string, StubNetwork>();
  cpus = 8;

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

  async createContainer(name: string, config: StubContainerConfig): Promise<StubContainer> {
    if (!this.images.has(config.Image)) throw new StubRefusal(404, `No such image: ${config.Image}`);
    if ([...this.containers.values()].some((container) => container.name === name))
      throw new StubRefusal(409, `Conflict. The container name "/${name}" is already in use.`);
    if ((config.HostConfig.NanoCpus ?? 0) > this.cpus * 1e9)
      throw new StubRefusal(
        400,
        `range of CPUs is from 0.01 to ${this.cpus}.00, as there are only ${this.cpus} CPUs available`,
      );
    const id = randomUUID().replaceAll("-", "");
    const folder = join(this.folder, "containers", id);
    const container = { id, name, config, folder, process: null, port: 0 };
    // The name is taken before anything is waited for: of two callers at once, one is refused.
    this.containers.set(id, container);
    for (const { Source, Target } of config.HostConfig.Mounts) {
      const volume = await this.createVolume(Source, {});
      await mkdir(join(folder, dirname(Target)), { recursive: true });
      await symlink(volume.folder, join(folder, Target));
    }
    return container;
  }

  /** False: it runs already. */
  async startContainer(container: StubContainer): Promise<boolean> {
    if (container.process?.running === true) return false;
    const { Entrypoint = [], Env = [], HostConfig, Image } = container.config;
    if (HostConfig.NetworkMode !== "none") this.network(HostConfig.NetworkMode);
    const published = HostConfig.PortBindings !== undefined;
    const [exposed = "0"] = Object.keys(HostConfig.PortBindings ?? {}).map((port) => port.split("/")[0]);
    // What is not published is reached at the container's own address and port.
    const asked = Number(Entrypoint[Entrypoint.indexOf("--port") + 1] ?? exposed);
    container.port = published ? await freePort() : asked;
    const mounts = HostConfig.Mounts.map(({ Source, Target }) => [Target, this.volume(Source).folder]);
    container.process = new StubProcess({
      command: this.images.get(Image)?.command ?? Entrypoint,
      env: Env,
      mounts: Object.fromEntries(mounts) as Record<string, string>,
      host: "127.0.0.1",
      port: container.port,
    });
    return true;
  }

  async removeContainer(container: StubContainer, force: boolean): Promise<void> {
    if (container.process?.running === true) {
      if (!force)
        throw new StubRefusal(409, `You cannot remove a running container ${container.id}. Stop it first.`);
      await container.process.killed();
    }
    await rm(container.folder, { recursive: true, force: true });
    this.containers.delete(container.id);
  }

  async removeVolume(volume: StubVolume): Promise<void> {
    if (this.usersOf(volume).length > 0)
      throw new StubRefusal(409, `remove ${volume.name}: volume is in use`);
    await rm(volume.folder, { recursive: true, force: true });
    this.volumes.delete(volume.name);
  }

  usersOf(volume: StubVolume): StubContainer[] {
    return [...this.containers.values()].filter(({ config }) =>
      config.HostConfig.Mounts.some(({ Source }) => Source === volume.name),
    );
  }

  removeNetwork(network: StubNetwork): void {
    const busy = [...this.containers.values()].some(
      ({ config, process }) => process?.running === true && config.HostConfig.NetworkMode === network.name,
    );
    if (busy)
      throw new StubRefusal(403, `error while removing network: ${network.name} has active endpoints`);
    this.networks.delete(network.id);
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
    for (const { process } of this.containers.values()) await process?.killed();
  }
}
