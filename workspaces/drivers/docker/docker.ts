// Workspaces as containers, through the container engine's API. What one consists of is in place.ts. Every step looks for what
// an earlier attempt made before it makes anything.
import type { WorkspacePlan } from "../../../core/workspace/workspace-plan.ts";
import { agentTokensOf } from "../../client/agent-token.ts";
import { type AgentAddress, type DriverStep, type WorkspaceDriver, WorkspaceError } from "../../driver.ts";
import {
  type AgentFiller,
  type AgentProgram,
  agentFilesFor,
  createAgentFiller,
  ensureAgentVolume,
} from "./agent-volume.ts";
import { type Bridges, createBridges } from "./bridges.ts";
import { containerSpec, stopGraceSeconds } from "./container-spec.ts";
import {
  type ContainerView,
  ensureContainer,
  ensureVolumes,
  findContainer,
  hasVolume,
  removeContainer,
} from "./containers.ts";
import { anything, Engine, orNull, unless } from "./engine.ts";
import { ensureImage } from "./image.ts";
import { keepPlaces, removeEverything, removeNetworks, surveyWorkspaces } from "./keeping.ts";
import {
  isLoaded,
  type LoadVolumesInput,
  loadVolumes,
  prepareProgram,
  removeLoaders,
  sendEnvironment,
} from "./load-volumes.ts";
import { configLabel, execTransport, namesOf, type Place } from "./place.ts";
import { cpusOf, probeEngine } from "./probe.ts";
import { startContainer, waitForAgent } from "./start-agent.ts";

export interface DockerDriverSettings {
  /** As DOCKER_HOST; that variable, else the usual socket, when absent. */
  readonly dockerHost?: string;
  /** Tells this deployment's workspaces from others' on the same engine: the value of a label. */
  readonly deployment: string;
  readonly secretKey: Uint8Array;
  /** Agents that were started before the key was changed know a token of this one. */
  readonly secretKeyPrevious?: Uint8Array | undefined;
  readonly agentProgram: AgentProgram;
}

/** Throws `sandbox_missing` when `dockerHost` cannot be understood. Nothing is connected before the first call. */
export function createDockerDriver(settings: DockerDriverSettings): WorkspaceDriver {
  const { deployment } = settings;
  const engine = new Engine(settings.dockerHost);
  const yard: Yard = { engine, settings, bridges: createBridges(engine), filler: createAgentFiller(engine) };
  const placeOf = (workspaceId: string): Place => {
    const place = { workspaceId, deployment };
    // Throws before anything is asked when the id cannot be part of a name.
    namesOf(place);
    return place;
  };
  return {
    name: "docker",
    probe: () => probeEngine(engine),
    provision: async (workspaceId, plan, step) =>
      provision(yard, { place: placeOf(workspaceId), plan }, step),
    connect: async (workspaceId, plan, signal) =>
      connect(yard, { place: placeOf(workspaceId), plan }, signal),
    stop: async (workspaceId) => stop(yard, placeOf(workspaceId)),
    destroy: async (workspaceId) => removeEverything(engine, placeOf(workspaceId)),
    async list() {
      const found = await surveyWorkspaces(engine, deployment);
      return [...found].filter(([, quarantinedAt]) => quarantinedAt === null).map(([id]) => id);
    },
    keeping: keepPlaces(engine, deployment),
  };
}

/** What the steps of one driver share. */
interface Yard {
  readonly engine: Engine;
  readonly settings: DockerDriverSettings;
  readonly bridges: Bridges;
  readonly filler: AgentFiller;
}

interface Planned {
  readonly place: Place;
  readonly plan: WorkspacePlan;
}

/** Makes the volumes and fills them, unless that was done. */
async function provision(yard: Yard, planned: Planned, step: DriverStep): Promise<void> {
  const { engine } = yard;
  const load = await prepareVolumes(yard, planned, step);
  // Under a container that runs nothing is touched: its processes are somebody's work.
  if (isReachable(await findOwn(engine, planned.place, step.signal))) await removeLoaders(engine, load);
  else await loadVolumes(engine, load);
}

async function connect(yard: Yard, planned: Planned, signal: AbortSignal): Promise<AgentAddress> {
  const { engine, bridges, settings } = yard;
  const { place } = planned;
  const tokens = agentTokensOf(settings, place.workspaceId);
  const wish = { place, tokens, bridges, hasEgress: planned.plan.network === true };
  if (isReachable(await findOwn(engine, place, signal))) return waitForAgent(engine, wish, signal);
  if (!(await hasVolume(engine, { place, name: namesOf(place).files }, signal)))
    throw new WorkspaceError(
      "workspace_missing",
      "The container engine has nothing of this workspace (any more).",
    );
  await makeContainer(yard, planned, signal);
  await startContainer(engine, wish, signal);
  return waitForAgent(engine, wish, signal);
}

/** A container that only needs to be started, whatever there was before. */
async function makeContainer(yard: Yard, planned: Planned, signal: AbortSignal): Promise<void> {
  const { engine } = yard;
  const { place } = planned;
  const load = await prepareVolumes(yard, planned, { signal, log: () => undefined });
  const { container: name } = namesOf(place);
  const spec = containerSpec(load.wish);
  const found = await findOwn(engine, place, signal);
  // Another worker may have made it, and perhaps started it.
  if (isReachable(found)) return;
  if (found?.config !== spec.Labels[configLabel]) {
    // What runs is not ended before there is a program to replace it.
    if (found?.running === true) await prepareProgram(engine, load);
    if (found !== null) await stop(yard, place, signal);
    await ensureContainer(engine, { place, name, spec }, signal);
  }
  if (!(await isLoaded(engine, name, signal))) await loadVolumes(engine, load);
  await sendEnvironment(engine, name, load);
}

/** Finds out what the workspace is made of, and makes its volumes, which may be empty. */
async function prepareVolumes(
  { engine, settings, filler }: Yard,
  { place, plan }: Planned,
  step: DriverStep,
): Promise<LoadVolumesInput> {
  const { signal } = step;
  const image = await ensureImage(engine, plan.image, step);
  const files = await agentFilesFor(engine, settings.agentProgram, signal);
  await ensureVolumes(engine, place, signal);
  await ensureAgentVolume(engine, { files, place }, signal);
  const wish = { place, plan, agentVolume: files.volume, engineCpus: await cpusOf(engine, signal) };
  return { wish, files, image, step, filler };
}

function findOwn(engine: Engine, place: Place, signal?: AbortSignal): Promise<ContainerView | null> {
  return findContainer(engine, { place, name: namesOf(place).container }, signal);
}

/**
 * Whether a container runs, and its agent is reached by exec. Older versions of Everturn made containers whose agents listened
 * on a port: such a one is ended like a stopped workspace, and made anew around its volumes.
 */
function isReachable(found: ContainerView | null): boolean {
  return found?.running === true && found.transport === execTransport;
}

/** Only the volumes stay. What runs is ended politely, for as long as the grace is. */
async function stop({ engine, bridges }: Yard, place: Place, signal?: AbortSignal): Promise<void> {
  const { container: name } = namesOf(place);
  const found = await findOwn(engine, place, signal);
  if (found !== null) {
    const stopped = engine.call({
      what: `stop the container ${name}`,
      signal,
      answer: anything,
      run: (docker, options) =>
        docker.getContainer(name).stop({ ...options, _query: { t: stopGraceSeconds }, _body: {} } as object),
    });
    // 304: it had ended.
    await orNull(stopped.catch(unless(304, null)));
    await removeContainer(engine, name, signal);
    bridges.close(found.id);
  }
  await removeNetworks(engine, place, signal);
}
