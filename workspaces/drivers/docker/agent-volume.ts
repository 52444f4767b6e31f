// The volume with the agent's program, which all workspaces of one Everturn version share: the bundled agent, a Node for it out
// of an image of the engine, so that the engine may be another machine of another kind, and ripgrep.
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as z from "zod";
import { raced } from "../../../platform/raced.ts";
import { agentBundle } from "../../agent-bundle.ts";
import type { DriverStep } from "../../driver.ts";
import { type ArchiveEntry, archiveOf, byRoot, isInside, sendArchive } from "./archive.ts";
import { nodeLoaderSpec } from "./container-spec.ts";
import { createContainer, ensureVolume, removeContainer } from "./containers.ts";
import { type Engine, EngineError } from "./engine.ts";
import { ensureImage } from "./image.ts";
import { linuxRipgrep } from "./linux-ripgrep.ts";
import { agentLabel, deploymentLabel, digestOf, insidePaths, type Place } from "./place.ts";

export interface AgentProgram {
  /** Where the agent's bundle is kept. */
  readonly bundles: string;
  /** The image that `nodePathInImage` is taken from. */
  readonly nodeImage: string;
}

export interface AgentFiles {
  readonly volume: string;
  readonly bundle: string;
  readonly ripgrep: string;
  readonly nodeImage: string;
}

const nodePathInImage = "/usr/local/bin/node";
// Enough to tell versions apart in the names of volumes.
const digestCharsMax = 16;
// Everturn may be rolled back to an older version within this time.
const oldAgentKeptMs = 7 * 24 * 3_600_000;
// A pull of 400 MB and the copies of Node, on a slow line.
const fillMaxMs = 15 * 60_000;
const volumePrefix = "everturn-agent-";

/** The content of the volume, for the engine's kind of machine. */
export async function agentFilesFor(
  engine: Engine,
  { bundles, nodeImage }: AgentProgram,
): Promise<AgentFiles> {
  const { arch } = await engine.platform();
  const [bundle, ripgrep] = await Promise.all([agentBundle(bundles), linuxRipgrep(arch, bundles)]);
  const digest = digestOf([bundle.hash, nodeImage, ripgrep.version, arch]).slice(0, digestCharsMax);
  return { volume: `${volumePrefix}${digest}`, bundle: bundle.path, ripgrep: ripgrep.path, nodeImage };
}

export function ensureAgentVolume(engine: Engine, volume: string, deployment: string): Promise<void> {
  const labels = { [agentLabel]: volume.slice(volumePrefix.length), [deploymentLabel]: deployment };
  return ensureVolume(engine, volume, labels);
}

/** Fills agents' volumes: each once at a time, however many workspaces wait for it. */
export interface AgentFiller {
  /**
   * `place`: the workspace whose name the container bears that holds the volume meanwhile. Goes on when this step is aborted,
   * so that the next attempt does not begin from zero.
   */
  ensureFilled(files: AgentFiles, place: Place, step: DriverStep): Promise<void>;
  /** Whether a container of this workspace holds a volume that is being filled here. */
  isFilling(workspaceId: string): boolean;
}

export function createAgentFiller(engine: Engine): AgentFiller {
  const running = new Map<string, { readonly workspaceId: string; readonly done: Promise<void> }>();
  return {
    ensureFilled(files, place, step) {
      const { volume } = files;
      let fill = running.get(volume);
      if (fill === undefined) {
        const log = (line: string) => (step.signal.aborted ? undefined : step.log(line));
        const lasting = engine.during(AbortSignal.timeout(fillMaxMs));
        const done = fillAgentVolume(lasting, { files, place, log }).finally(() => running.delete(volume));
        fill = { workspaceId: place.workspaceId, done };
        running.set(volume, fill);
      }
      return raced(fill.done, step.signal);
    },
    isFilling: (id) => [...running.values()].some(({ workspaceId }) => workspaceId === id),
  };
}

interface FillAgentVolumeInput {
  readonly files: AgentFiles;
  readonly place: Place;
  readonly log: (line: string) => void;
}

/** If a predecessor was killed half-way, everything is sent again over it. */
async function fillAgentVolume(engine: Engine, { files, place, log }: FillAgentVolumeInput): Promise<void> {
  const { nodeImage, volume } = files;
  const container = place.nodeLoader;
  await ensureImage(engine, nodeImage, { log });
  await removeContainer(engine, container);
  await createContainer(engine, container, nodeLoaderSpec(place, nodeImage, volume));
  // It may have been filled a moment ago.
  if (!(await isInside(engine, container, insidePaths.agentComplete))) {
    log("Copying the workspace agent into the engine, once for all workspaces");
    const send = (archive: Readable) => sendArchive(engine, { container, to: insidePaths.agent, archive });
    const what = `read ${nodePathInImage} of the image ${nodeImage}`;
    const node = await engine.call(what, (docker, options) =>
      docker.getContainer(container).getArchive({ ...options, path: nodePathInImage }),
    );
    await throughFile(engine, node as Readable, send);
    await send(archiveOf(await programEntries(files)));
  }
  await removeContainer(engine, container);
  await removeOldAgents(engine, volume, place.deployment);
}

/** Reads to the end before anything is sent, because an engine that reads from a container refuses to write to it. */
async function throughFile(
  { signal }: Engine,
  from: Readable,
  send: (archive: Readable) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "everturn-archive-"));
  try {
    const file = join(folder, "node.tar");
    await pipeline(from, createWriteStream(file), { signal });
    await send(createReadStream(file));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function programEntries({ bundle, ripgrep }: AgentFiles): Promise<ArchiveEntry[]> {
  const { agentProgram, ripgrep: ripgrepInside, agentComplete } = insidePaths;
  const entry = (path: string, mode: number, content: string | Buffer): ArchiveEntry => {
    return { header: { ...byRoot, name: basename(path), mode }, content };
  };
  return [
    entry(agentProgram, 0o644, await readFile(bundle)),
    entry(ripgrepInside, 0o755, await readFile(ripgrep)),
    // Last: it says that everything before it arrived.
    entry(agentComplete, 0o444, "complete\n"),
  ];
}

const volumeList = z.object({
  Volumes: z.array(z.object({ Name: z.string(), CreatedAt: z.string().optional() })).nullish(),
});

/**
 * Removes volumes of older agents that this deployment made and no container refers to. Whether another deployment still
 * needs its own is not known here. The engine refuses to remove what is in use.
 */
async function removeOldAgents(engine: Engine, current: string, deployment: string): Promise<void> {
  const label = [agentLabel, `${deploymentLabel}=${deployment}`];
  const filters = JSON.stringify({ label, dangling: ["true"] });
  const { Volumes } = await engine.read("list volumes of agents", volumeList, (docker, options) =>
    docker.listVolumes({ ...options, filters }),
  );
  const isOld = (createdAt = ""): boolean => Date.now() - Date.parse(createdAt) > oldAgentKeptMs;
  for (const { Name, CreatedAt } of Volumes ?? []) {
    if (Name === current || !isOld(CreatedAt)) continue;
    const removed = engine.call(`remove the volume ${Name}`, (docker, options) =>
      docker.getVolume(Name).remove(options),
    );
    await removed.catch((error: unknown) => {
      if (!(error instanceof EngineError)) throw error;
    });
  }
}
