// The volume with the agent's program, which all workspaces of one Everturn version share: the bundled agent, a Node for it out
// of an image of the engine, so that the engine may be another machine of another kind, and ripgrep.
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import * as z from "zod";
import { raced } from "../../../platform/raced.ts";
import { agentBundle } from "../../agent-bundle.ts";
import type { DriverStep } from "../../driver.ts";
import { type ArchiveEntry, archiveOf, byRoot } from "./archive.ts";
import { nodeLoaderSpec } from "./container-spec.ts";
import { createContainer, ensureVolume, removeContainer } from "./containers.ts";
import { anything, type Engine, EngineError, orNull } from "./engine.ts";
import { ensureImage } from "./image.ts";
import { linuxRipgrep } from "./linux-ripgrep.ts";
import { agentLabel, deploymentLabel, digestOf, insidePaths, namesOf, type Place } from "./place.ts";

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
// An older agent's volume is kept while a deployment of yesterday may still be rolled back to it.
const oldAgentKeptMs = 7 * 24 * 3_600_000;
// A pull of 400 MB and the copies of Node, on a slow line.
const fillMaxMs = 15 * 60_000;
const volumePrefix = "everturn-agent-";

/** What belongs into the volume, for the engine's kind of machine. */
export async function agentFilesFor(
  engine: Engine,
  { bundles, nodeImage }: AgentProgram,
  signal: AbortSignal,
): Promise<AgentFiles> {
  const { arch } = await engine.platform(signal);
  const [bundle, ripgrep] = await Promise.all([agentBundle(bundles), linuxRipgrep(arch, bundles)]);
  const digest = digestOf([bundle.hash, nodeImage, ripgrep.version, arch]).slice(0, digestCharsMax);
  return { volume: `${volumePrefix}${digest}`, bundle: bundle.path, ripgrep: ripgrep.path, nodeImage };
}

export async function ensureAgentVolume(
  engine: Engine,
  { files, place }: { readonly files: AgentFiles; readonly place: Place },
  signal: AbortSignal,
): Promise<void> {
  const labels = {
    [agentLabel]: files.volume.slice(volumePrefix.length),
    [deploymentLabel]: place.deployment,
  };
  await ensureVolume(engine, { name: files.volume, labels }, signal);
}

interface FillInput {
  readonly files: AgentFiles;
  /** The workspace whose name the container bears that holds the volume meanwhile. */
  readonly place: Place;
}

/** Fills agents' volumes: each once at a time, however many workspaces wait for it. */
export interface AgentFiller {
  /** Goes on when this step is aborted, so that the next attempt does not begin from zero. */
  ensureFilled(input: FillInput, step: DriverStep): Promise<void>;
  /** Whether a container of this workspace holds a volume that is being filled here. */
  isFilling(workspaceId: string): boolean;
}

export function createAgentFiller(engine: Engine): AgentFiller {
  const running = new Map<string, { readonly workspaceId: string; readonly done: Promise<void> }>();
  const start = (input: FillInput, step: DriverStep): Promise<void> => {
    const { volume } = input.files;
    const done = fillAgentVolume(engine, input, {
      signal: AbortSignal.timeout(fillMaxMs),
      log: (line) => (step.signal.aborted ? undefined : step.log(line)),
    }).finally(() => running.delete(volume));
    // Perhaps nobody waits for it any more.
    done.catch(() => undefined);
    running.set(volume, { workspaceId: input.place.workspaceId, done });
    return done;
  };
  return {
    ensureFilled: (input, step) =>
      raced(running.get(input.files.volume)?.done ?? start(input, step), step.signal),
    isFilling: (id) => [...running.values()].some(({ workspaceId }) => workspaceId === id),
  };
}

/** What a killed predecessor left half is sent again over it. */
async function fillAgentVolume(engine: Engine, { files, place }: FillInput, step: DriverStep): Promise<void> {
  const { nodeLoader: name } = namesOf(place);
  const { signal } = step;
  await ensureImage(engine, files.nodeImage, step);
  await removeContainer(engine, name, signal);
  await createContainer(engine, { name, spec: nodeLoaderSpec(place, files) }, signal);
  // It may have been filled a moment ago.
  if (!(await isInside(engine, { container: name, path: insidePaths.agentComplete }, signal))) {
    step.log("Copying the workspace agent into the engine, once for all workspaces");
    const node = (await engine.call({
      what: `read ${nodePathInImage} of the image ${files.nodeImage}`,
      signal,
      answer: anything,
      run: (docker, options) => docker.getContainer(name).getArchive({ ...options, path: nodePathInImage }),
    })) as Readable;
    await throughFile(node, signal, (archive) =>
      sendArchive(engine, { container: name, to: insidePaths.agent, archive }, signal),
    );
    const archive = archiveOf(await programEntries(files));
    await sendArchive(engine, { container: name, to: insidePaths.agent, archive }, signal);
  }
  await removeContainer(engine, name, signal);
  await removeOldAgents(engine, { files, place }, signal);
}

/** Reads to the end before anything is sent: an engine that reads from a container lets nobody write to it. */
async function throughFile(
  from: Readable,
  signal: AbortSignal,
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

/** Whether a container has this path, whether it runs or not. */
export async function isInside(
  engine: Engine,
  { container, path }: { readonly container: string; readonly path: string },
  signal: AbortSignal,
): Promise<boolean> {
  const asked = engine.call({
    what: `look for ${path} in the container ${container}`,
    signal,
    answer: anything,
    run: (docker, options) => docker.getContainer(container).infoArchive({ ...options, path }),
  });
  const answer = (await orNull(asked)) as Readable | null;
  // It has no body, and yet holds its connection until somebody has read it.
  answer?.resume();
  return answer !== null;
}

async function programEntries({ bundle, ripgrep }: AgentFiles): Promise<ArchiveEntry[]> {
  const inFolder = (path: string) => path.slice(dirname(path).length + 1);
  const file = async (source: string, path: string, mode: number): Promise<ArchiveEntry> => {
    const { size } = await stat(source);
    return { header: { ...byRoot, name: inFolder(path), mode, size }, content: { file: source } };
  };
  const { agentProgram, ripgrep: ripgrepInside, agentComplete } = insidePaths;
  return [
    await file(bundle, agentProgram, 0o644),
    await file(ripgrep, ripgrepInside, 0o755),
    // Last: it says that everything before it arrived.
    { header: { ...byRoot, name: inFolder(agentComplete), mode: 0o444 }, content: "complete\n" },
  ];
}

export interface Sending {
  readonly container: string;
  /** A folder inside. */
  readonly to: string;
  readonly archive: Readable;
}

export async function sendArchive(
  engine: Engine,
  { container, to, archive }: Sending,
  signal: AbortSignal,
): Promise<void> {
  const what = `unpack files in the container ${container}`;
  // An archive that breaks off does not end the call by itself when it did so before the call began.
  const broken = new AbortController();
  finished(archive).catch((error: unknown) => broken.abort(engine.inWords(error, what)));
  try {
    await engine.call({
      what,
      signal: AbortSignal.any([signal, broken.signal]),
      answer: anything,
      run: (docker, options) => docker.getContainer(container).putArchive(archive, { ...options, path: to }),
    });
  } finally {
    archive.destroy();
  }
}

const volumeList = z.object({
  Volumes: z.array(z.object({ Name: z.string(), CreatedAt: z.string().optional() })).nullish(),
});

/**
 * Removes volumes of older agents that this deployment made and no container refers to: of another deployment's nobody here
 * knows whether they are needed. What the engine refuses is in use, and stays.
 */
async function removeOldAgents(
  engine: Engine,
  { files, place }: { readonly files: AgentFiles; readonly place: Place },
  signal: AbortSignal,
): Promise<void> {
  const label = [agentLabel, `${deploymentLabel}=${place.deployment}`];
  const filters = JSON.stringify({ label, dangling: ["true"] });
  const { Volumes } = await engine.call({
    what: "list volumes of agents",
    signal,
    answer: volumeList,
    run: (docker, options) => docker.listVolumes({ ...options, filters }),
  });
  const isOld = (createdAt = ""): boolean => Date.now() - Date.parse(createdAt) > oldAgentKeptMs;
  for (const { Name, CreatedAt } of Volumes ?? []) {
    if (Name === files.volume || !isOld(CreatedAt)) continue;
    const removed = engine.call({
      what: `remove the volume ${Name}`,
      signal,
      answer: anything,
      run: (docker, options) => docker.getVolume(Name).remove(options),
    });
    await removed.catch((error: unknown) => {
      if (!(error instanceof EngineError)) throw error;
    });
  }
}
