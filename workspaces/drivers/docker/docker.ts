// Workspaces: drivers make the place. This file: workspaces as containers, through the container engine's API.
// What one consists of is in docker-place.ts. Every step looks for what an earlier attempt made before it makes anything.
import type { WorkspacePlan } from "../../../core/workspace/workspace-plan.ts";
import { agentTokenOf } from "../../client/agent-token.ts";
import { type AgentAddress, type DriverStep, type WorkspaceDriver, WorkspaceError } from "../../driver.ts";
import { type AgentFiles, type AgentProgram, readAgentFiles } from "./docker-agent-files.ts";
import { agentOf } from "./docker-agent-wait.ts";
import { type ContainerWish, containerSpec, stopGraceSeconds } from "./docker-container-spec.ts";
import {
  createContainer,
  findContainer,
  removeContainer,
  startContainer,
  stopContainer,
} from "./docker-containers.ts";
import { ensureImage } from "./docker-image.ts";
import { removeEverything, removeNetwork, surveyWorkspaces } from "./docker-inventory.ts";
import { keepContainers } from "./docker-keeping.ts";
import { type AgentTurn, loadVolumes, removeLoader, sendToken } from "./docker-load.ts";
import { configLabel, namesOf, type Place } from "./docker-place.ts";
import { cpusOf, probeEngine } from "./docker-probe.ts";
import { ensureAgentVolume, ensureNetwork, ensureVolumes, hasVolumes } from "./docker-volumes.ts";
import { createEngineClient, type EngineClient } from "./engine/engine-client.ts";
import { EngineError } from "./engine/engine-request.ts";

export interface DockerDriverSettings {
  /** As DOCKER_HOST; that variable, else the usual socket, when absent. */
  readonly dockerHost?: string;
  /** Tells this deployment's workspaces from others' on the same engine: the value of a label. */
  readonly deployment: string;
  readonly secretKey: Uint8Array;
  /** Inside the containers. */
  readonly agentPort?: number;
  readonly agentProgram?: AgentProgram;
}

const usualHost = "unix:///var/run/docker.sock";
const agentPortDefault = 7070;

/** Throws `sandbox_missing` when `dockerHost` cannot be understood. Nothing is connected before the first call. */
export function createDockerDriver(settings: DockerDriverSettings): WorkspaceDriver {
  const engine = createEngineClient(settings.dockerHost ?? (process.env["DOCKER_HOST"] || usualHost));
  const yard: Yard = { engine, settings, readAgent: once(settings.agentProgram), agentTurn: oneByOne() };
  const placeOf = (workspaceId: string): Place => {
    // Throws before anything is asked when the id cannot be part of a name.
    namesOf(workspaceId);
    return { workspaceId, deployment: settings.deployment };
  };
  return {
    name: "docker",
    probe: () => probeEngine(engine, { copiesOwnNode: settings.agentProgram?.nodePath === undefined }),
    provision: async (workspaceId, plan, step) =>
      ensureContainer(yard, { place: placeOf(workspaceId), plan }, step),
    connect: async (workspaceId, plan, signal) =>
      connect(yard, { place: placeOf(workspaceId), plan }, signal),
    stop: async (workspaceId) => stop(engine, placeOf(workspaceId)),
    destroy: async (workspaceId) => removeEverything(engine, placeOf(workspaceId)),
    async list() {
      const found = await surveyWorkspaces(engine, settings.deployment);
      return [...found].filter(([, quarantinedAt]) => quarantinedAt === null).map(([id]) => id);
    },
    keeping: keepContainers(engine, settings.deployment),
  };
}

/** What the steps of one driver share. */
interface Yard {
  readonly engine: EngineClient;
  readonly settings: DockerDriverSettings;
  readAgent(): Promise<AgentFiles>;
  readonly agentTurn: AgentTurn;
}

interface Planned {
  readonly place: Place;
  readonly plan: WorkspacePlan;
}

/** Makes whatever is missing between the image and a container that only needs to be started. */
async function ensureContainer(yard: Yard, { place, plan }: Planned, step: DriverStep): Promise<void> {
  const { engine } = yard;
  const { signal } = step;
  const image = await ensureImage(engine, plan.image, step);
  const agent = await yard.readAgent();
  const wish: ContainerWish = {
    place,
    plan,
    agentDigest: agent.digest,
    agentPort: agentPortOf(yard),
    engineCpus: await cpusOf(engine, signal),
  };
  const name = namesOf(place.workspaceId).container;
  const spec = containerSpec(wish);
  const found = await findContainer(engine, { place, name }, signal);
  // A running one is never replaced: its processes are somebody's work. One made alike needs nothing.
  if (found?.running === true || (found !== null && found.config === spec.Labels[configLabel])) {
    await removeLoader(engine, place, signal);
    await ensureNetwork(engine, { place, outside: plan.network !== false }, signal);
    return;
  }
  if (found !== null) await removeContainer(engine, name, signal);
  await ensureVolumes(engine, place, signal);
  const { deployment } = place;
  await ensureAgentVolume(engine, { agentDigest: agent.digest, deployment }, signal);
  await loadVolumes(engine, { wish, agent, image }, { step, agentTurn: yard.agentTurn });
  await ensureNetwork(engine, { place, outside: plan.network !== false }, signal);
  // Last: a container means that everything before it was done.
  await createContainer(engine, { name, spec }, signal);
  step.log("Made the workspace's container");
}

async function connect(yard: Yard, planned: Planned, signal: AbortSignal): Promise<AgentAddress> {
  const { engine } = yard;
  const { place } = planned;
  const wish = { place, token: tokenOf(yard, place), agentPort: agentPortOf(yard) };
  const running = await agentOf(engine, { ...wish, started: false }, signal);
  if (running !== null) return running;
  if (!(await hasVolumes(engine, place, signal)))
    throw new WorkspaceError(
      "workspace_missing",
      "The container engine has nothing of this workspace (any more).",
    );
  await ensureContainer(yard, planned, { signal, log: () => {} });
  await start(engine, { place, token: wish.token }, signal);
  const started = await agentOf(engine, { ...wish, started: true }, signal);
  if (started === null) throw new Error("a started container's agent is there or has failed");
  return started;
}

async function start(
  engine: EngineClient,
  { place, token }: { readonly place: Place; readonly token: string },
  signal: AbortSignal,
): Promise<void> {
  const name = namesOf(place.workspaceId).container;
  try {
    await sendToken(engine, { place, token }, signal);
    await startContainer(engine, name, signal);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // Whatever it is that cannot be started (a port, a network that was made anew): the next attempt makes another.
    await removeContainer(engine, name, signal);
    throw new WorkspaceError("agent_failed", `The workspace's container cannot be started. ${error.message}`);
  }
}

/** Only the volumes stay; see docker-place.ts. */
async function stop(engine: EngineClient, place: Place): Promise<void> {
  const names = namesOf(place.workspaceId);
  if ((await findContainer(engine, { place, name: names.container })) !== null) {
    await stopContainer(engine, names.container, stopGraceSeconds);
    await removeContainer(engine, names.container);
  }
  await removeNetwork(engine, place);
}

function tokenOf({ settings }: Yard, place: Place): string {
  return agentTokenOf(settings.secretKey, place.workspaceId);
}

function agentPortOf({ settings }: Yard): number {
  return settings.agentPort ?? agentPortDefault;
}

/** Read at the first need and kept: the files of a running Everturn do not change. Asked again after a failure. */
function once(program: AgentProgram = {}): () => Promise<AgentFiles> {
  let files: Promise<AgentFiles> | null = null;
  return () => {
    files ??= readAgentFiles(program).catch((error: unknown) => {
      files = null;
      throw error;
    });
    return files;
  };
}

/** One after the other, whether the one before succeeded or not. */
function oneByOne(): AgentTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const mine = last.then(run, run);
    last = mine.catch(() => {});
    return mine;
  };
}
