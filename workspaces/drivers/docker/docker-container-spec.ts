// Workspaces: drivers make the place. This file: what is asked of the engine for a container. Pure: same plan, same container.
import type { WorkspacePlan } from "../../../core/workspace/workspace-plan.ts";
import {
  agentVolumeName,
  configLabel,
  digestOf,
  insidePaths,
  insideUserId,
  labelsOf,
  namesOf,
  type Place,
} from "./docker-place.ts";

export interface ContainerWish {
  readonly place: Place;
  readonly plan: WorkspacePlan;
  readonly agentDigest: string;
  readonly agentPort: number;
  /** Processors of the engine's machine: more cannot be asked for. */
  readonly engineCpus: number;
}

// Room for builds that use /tmp; it counts towards the memory limit, so a small workspace gets less.
const tmpBytesMax = 512 * 1024 * 1024;
const bytesPerMiB = 1024 * 1024;
// Of the agent's own log: what processes write goes to the agent, not here.
const logOptions = { "max-size": "1m", "max-file": "2" };
// SIGTERM to SIGKILL: the agent ends the processes' groups in that time.
export const stopGraceSeconds = 5;

/** The body of ContainerCreate for the workspace's container. */
export function containerSpec(
  wish: ContainerWish,
): Record<string, unknown> & { Labels: Record<string, string> } {
  const { place, plan, agentPort } = wish;
  const port = `${agentPort}/tcp`;
  const body = {
    Image: plan.image,
    Hostname: "workspace",
    User: `${insideUserId}:${insideUserId}`,
    WorkingDir: insidePaths.files,
    Entrypoint: agentCommand(agentPort),
    Cmd: [] as string[],
    ExposedPorts: { [port]: {} },
    // An image's own check would be of a server that does not run here.
    Healthcheck: { Test: ["NONE"] },
    StopSignal: "SIGTERM",
    StopTimeout: stopGraceSeconds,
    HostConfig: {
      ...mountsOf(wish, { agentReadOnly: true }),
      ...hardening,
      ...limitsOf(wish),
      NetworkMode: namesOf(place.workspaceId).network,
      // The engine publishes no ports of internal networks: those containers are reached at their own address.
      ...(plan.network && { PortBindings: { [port]: [{ HostIp: "127.0.0.1", HostPort: "" }] } }),
    },
  };
  return { ...body, Labels: { ...labelsOf(place), [configLabel]: digestOf(body) } };
}

/** The body of ContainerCreate for the container that takes files for the volumes. It never runs and has no network. */
export function loaderSpec(wish: ContainerWish): Record<string, unknown> {
  return {
    Image: wish.plan.image,
    User: `${insideUserId}:${insideUserId}`,
    Entrypoint: ["/bin/false"],
    Cmd: [],
    Labels: labelsOf(wish.place),
    HostConfig: {
      ...mountsOf(wish, { agentReadOnly: false }),
      ...hardening,
      // Volumes keep their mount points in it, so it must be writable; nothing is ever run to write to it.
      ReadonlyRootfs: false,
      NetworkMode: "none",
    },
  };
}

const hardening = {
  Privileged: false,
  CapDrop: ["ALL"],
  SecurityOpt: ["no-new-privileges"],
  ReadonlyRootfs: true,
  // Somebody must reap what processes leave behind, and hand signals on.
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
    // As much as Memory: no swap, which would slow down everybody else.
    MemorySwap: memory,
    NanoCpus: Math.round(Math.min(plan.limits.cpus, engineCpus) * 1e9),
    PidsLimit: plan.limits.pids,
    // Programs may be run in /tmp (the engine's default forbids it): test runners and compilers do.
    Tmpfs: { "/tmp": `rw,exec,nosuid,nodev,mode=1777,size=${tmpBytes}` },
  };
}

function mountsOf(wish: ContainerWish, { agentReadOnly }: { readonly agentReadOnly: boolean }): object {
  const names = namesOf(wish.place.workspaceId);
  // What the image has at these places stays out: volumes begin empty.
  const volume = { Type: "volume", VolumeOptions: { NoCopy: true } };
  return {
    Mounts: [
      { ...volume, Source: names.files, Target: insidePaths.files, ReadOnly: false },
      { ...volume, Source: names.state, Target: insidePaths.state, ReadOnly: false },
      {
        ...volume,
        Source: agentVolumeName(wish.agentDigest),
        Target: insidePaths.agent,
        ReadOnly: agentReadOnly,
      },
    ],
  };
}

function agentCommand(agentPort: number): string[] {
  const { agent, files, agentState, environment, token } = insidePaths;
  const flags = {
    "--root": files,
    "--state": agentState,
    "--port": String(agentPort),
    // All addresses of the container: it has none that others than the engine's machine can reach.
    "--host": "0.0.0.0",
    "--rg": `${agent}/rg`,
    "--env-file": environment,
    "--token-file": token,
  };
  return [`${agent}/node`, `${agent}/workspaces/agent/main.ts`, ...Object.entries(flags).flat()];
}
