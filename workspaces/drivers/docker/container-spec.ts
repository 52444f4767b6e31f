// What is asked of the engine for a container. Pure: the same plan gives the same container.
import { diskMibOf, type WorkspacePlan } from "../../../core/workspace/workspace-plan.ts";
import { egressPort } from "../../egress/egress-environment.ts";
import {
  configLabel,
  digestOf,
  execTransport,
  insidePaths,
  insideUserId,
  type Place,
  transportLabel,
} from "./place.ts";

export interface ContainerWish {
  readonly place: Place;
  readonly plan: WorkspacePlan;
  readonly agentVolume: string;
  /** Processors of the engine's machine: more cannot be asked for. Null: the engine refuses to limit them. */
  readonly engineCpus: number | null;
}

// Room for builds that use /tmp; it counts towards the memory limit, so a small workspace gets less.
const tmpBytesMax = 512 * 1024 * 1024;
const bytesPerMiB = 1024 * 1024;
// Bridges run in the container as well, one for each worker that uses it, with some eight threads each.
const bridgePidsMax = 32;
// Of the agent's own log: what processes write goes to the agent, not here.
const logOptions = { "max-size": "1m", "max-file": "2" };
// SIGTERM to SIGKILL: the agent ends the processes' groups in that time.
export const stopGraceSeconds = 5;
const userAndGroup = `${insideUserId}:${insideUserId}`;

/** The body of ContainerCreate for the workspace's container. */
export function containerSpec(
  wish: ContainerWish,
): Record<string, unknown> & { Labels: Record<string, string> } {
  const { place, plan } = wish;
  const body = {
    Image: plan.image,
    Hostname: "workspace",
    User: userAndGroup,
    WorkingDir: insidePaths.files,
    Entrypoint: agentCommand(plan),
    Cmd: [] as string[],
    // The agent reads its token from its input, which closes when the worker's attachment ends. So no file and no variable has it.
    OpenStdin: true,
    StdinOnce: true,
    // An image's own check looks for a server that does not run here.
    Healthcheck: { Test: ["NONE"] },
    StopSignal: "SIGTERM",
    StopTimeout: stopGraceSeconds,
    HostConfig: {
      Mounts: mountsOf(wish, true),
      ...hardening,
      ...limitsOf(wish),
      // A filtered network leads through the bridges (bridges.ts), and needs none of the engine.
      NetworkMode: plan.network === "unfiltered" ? "bridge" : "none",
    },
  };
  const Labels = { ...place.labels, [transportLabel]: execTransport, [configLabel]: digestOf(body) };
  return { ...body, Labels };
}

/** The body of ContainerCreate for the container that takes files for the volumes. It never runs and has no network. */
export function loaderSpec(wish: ContainerWish): object {
  return neverRun(wish.place, wish.plan.image, mountsOf(wish, false));
}

/** The body of ContainerCreate for the container that Node is copied from, into the agent's volume. It never runs, either. */
export function nodeLoaderSpec(place: Place, nodeImage: string, agentVolume: string): object {
  return neverRun(place, nodeImage, [mount(agentVolume, insidePaths.agent)]);
}

function neverRun(place: Place, image: string, mounts: readonly object[]): object {
  return {
    Image: image,
    User: userAndGroup,
    Entrypoint: ["/bin/false"],
    Cmd: [],
    Labels: place.labels,
    HostConfig: {
      ...hardening,
      // Volumes keep their mount points in it, so it must be writable; nothing is ever run to write to it.
      ReadonlyRootfs: false,
      NetworkMode: "none",
      Mounts: mounts,
    },
  };
}

const hardening = {
  Privileged: false,
  CapDrop: ["ALL"],
  SecurityOpt: ["no-new-privileges"],
  ReadonlyRootfs: true,
  // A first process that reaps zombies and passes signals on.
  Init: true,
  // The driver starts what should run; the engine's own restarts would hide why the agent ends.
  RestartPolicy: { Name: "no" },
  IpcMode: "private",
  PublishAllPorts: false,
  LogConfig: { Type: "json-file", Config: logOptions },
};

function limitsOf({ plan, engineCpus }: ContainerWish): Record<string, unknown> {
  const memory = plan.limits.memory_mib * bytesPerMiB;
  const tmpBytes = Math.min(tmpBytesMax, Math.floor(memory / 2));
  return {
    Memory: memory,
    // The same as Memory means no swap, which would slow down all workspaces.
    MemorySwap: memory,
    ...(engineCpus !== null && { NanoCpus: Math.round(Math.min(plan.limits.cpus, engineCpus) * 1e9) }),
    PidsLimit: plan.limits.pids + bridgePidsMax,
    Tmpfs: {
      // Programs may be run in /tmp (the engine's default forbids it): test runners and compilers do.
      "/tmp": `rw,exec,nosuid,nodev,mode=1777,size=${tmpBytes}`,
      [insidePaths.run]: `rw,noexec,nosuid,nodev,mode=700,uid=${insideUserId},gid=${insideUserId},size=64k`,
    },
  };
}

function mount(Source: string, Target: string) {
  // What the image has at this place stays out: volumes begin empty.
  return { Type: "volume", VolumeOptions: { NoCopy: true }, Source, Target, ReadOnly: false };
}

function mountsOf(wish: ContainerWish, agentReadOnly: boolean): readonly object[] {
  const { files, state } = wish.place;
  return [
    mount(files, insidePaths.files),
    mount(state, insidePaths.state),
    { ...mount(wish.agentVolume, insidePaths.agent), ReadOnly: agentReadOnly },
  ];
}

function agentCommand(plan: WorkspacePlan): string[] {
  const { node, agentProgram, files, agentState, socket, ripgrep, environment, egress } = insidePaths;
  const flags = {
    "--root": files,
    "--state": agentState,
    "--socket": socket,
    "--rg": ripgrep,
    "--env-file": environment,
    "--disk-mib": String(diskMibOf(plan)),
    ...(plan.network === true && { "--egress": `${egressPort}:${egress}` }),
  };
  return [node, agentProgram, ...Object.entries(flags).flat()];
}
