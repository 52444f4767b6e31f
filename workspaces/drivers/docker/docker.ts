// Workspaces as containers, through the container engine's API. What one consists of is in place.ts. Every step looks for what
// an earlier attempt made before it makes anything.
import type { WorkspacePlan } from "../../../core/workspace/workspace-plan.ts";
import { type AgentKeys, agentTokensOf } from "../../client/agent-token.ts";
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
import { type Engine, engineAt, orNull, unlessDone } from "./engine.ts";
import { ensureImage } from "./image.ts";
import { keepPlaces, removeEverything, removeNetworks, surveyWorkspaces } from "./keeping.ts";
import { isLoaded, loadVolumes, sendEnvironment } from "./load-volumes.ts";
import { configLabel, execTransport, type Place, placeOf } from "./place.ts";
import { cpusOf, probeEngine } from "./probe.ts";
import { startContainer, waitForAgent } from "./start-agent.ts";

export interface DockerDriverSettings extends AgentKeys {
  /** As DOCKER_HOST; that variable, else the usual socket, when absent. */
  readonly dockerHost?: string;
  /** Tells this deployment's workspaces from others' on the same engine: the value of a label. */
  readonly deployment: string;
  readonly agentProgram: AgentProgram;
}

/** Throws `sandbox_missing` when `dockerHost` cannot be understood. Nothing is connected before the first call. */
export function createDockerDriver(settings: DockerDriverSettings): WorkspaceDriver {
  const { deployment } = settings;
  const engine = engineAt(settings.dockerHost);
  const shared = { settings, bridges: createBridges(engine), filler: createAgentFiller(engine) };
  // `placeOf` throws before the engine is asked if the id cannot be part of a name.
  const jobFor = (workspaceId: string, plan: WorkspacePlan, step: DriverStep): Job => {
    return {
      ...shared,
      place: placeOf(workspaceId, deployment),
      engine: engine.during(step.signal),
      plan,
      step,
    };
  };
  return {
    name: "docker",
    probe: () => probeEngine(engine),
    provision: async (id, plan, step) => {
      const job = jobFor(id, plan, step);
      await loadVolumes(job.engine, (await prepareVolumes(job)).load);
    },
    connect: async (id, plan, signal) => connect(jobFor(id, plan, { signal, log: () => undefined })),
    stop: async (id) => stop({ engine, bridges: shared.bridges, place: placeOf(id, deployment) }),
    destroy: async (id) => removeEverything(engine, placeOf(id, deployment)),
    async list() {
      const found = await surveyWorkspaces(engine, deployment);
      return found.filter((place) => place.quarantined_at === null).map((place) => place.workspace_id);
    },
    keeping: keepPlaces(engine, deployment),
  };
}

/** One step for one workspace. */
interface Job {
  readonly engine: Engine;
  readonly settings: DockerDriverSettings;
  readonly bridges: Bridges;
  readonly filler: AgentFiller;
  readonly place: Place;
  readonly plan: WorkspacePlan;
  readonly step: DriverStep;
}

async function connect(job: Job): Promise<AgentAddress> {
  const { engine, bridges, settings, place, plan } = job;
  const tokens = agentTokensOf(settings, place.workspaceId);
  const wish = { place, tokens, bridges, hasEgress: plan.network === true };
  if (!isReachable(await findContainer(engine, place))) {
    if (!(await hasVolume(engine, place, place.files)))
      throw new WorkspaceError(
        "workspace_missing",
        "The container engine has nothing of this workspace (any more).",
      );
    if (await makeContainer(job)) await startContainer(engine, wish);
  }
  return waitForAgent(engine, wish, job.step.signal);
}

/** Makes a container that only needs to be started, whatever there was before. False: another worker has started one. */
async function makeContainer(job: Job): Promise<boolean> {
  const { engine, place } = job;
  const { image, load } = await prepareVolumes(job);
  const spec = containerSpec(load.wish);
  const found = await findContainer(engine, place);
  if (isReachable(found)) return false;
  if (found?.config !== spec.Labels[configLabel]) {
    // What runs is not ended before there is a program to replace it.
    if (found?.running === true) await loadVolumes(engine, load);
    if (found !== null) await stop(job);
    await ensureContainer(engine, place, spec);
  }
  if (!(await isLoaded(engine, place.container))) await loadVolumes(engine, load);
  await sendEnvironment(engine, load.wish, image);
  return true;
}

/** Finds out what the workspace is made of, and makes its volumes, which may be empty. */
async function prepareVolumes({ engine, settings, filler, place, plan, step }: Job) {
  const image = await ensureImage(engine, plan.image, step);
  const files = await agentFilesFor(engine, settings.agentProgram);
  await ensureVolumes(engine, place);
  await ensureAgentVolume(engine, files.volume, place.deployment);
  const wish = { place, plan, agentVolume: files.volume, engineCpus: await cpusOf(engine) };
  return { image, load: { wish, files, filler, step } };
}

/**
 * Whether a container runs, and its agent is reached by exec. Older versions of Everturn made containers whose agents listened
 * on a port: such a one is ended like a stopped workspace, and made anew around its volumes.
 */
function isReachable(found: ContainerView | null): boolean {
  return found?.running === true && found.transport === execTransport;
}

/** Only the volumes stay. What runs is ended politely, for as long as the grace is. */
async function stop({ engine, bridges, place }: Pick<Job, "engine" | "bridges" | "place">): Promise<void> {
  const { container } = place;
  const found = await findContainer(engine, place);
  if (found !== null) {
    const grace = { _query: { t: stopGraceSeconds }, _body: {} };
    const stopped = engine.call(`stop the container ${container}`, (docker, options) =>
      docker.getContainer(container).stop({ ...options, ...grace } as object),
    );
    await orNull(stopped.catch(unlessDone));
    await removeContainer(engine, container);
    bridges.close(found.id);
  }
  await removeNetworks(engine, place);
}
