// What a workspace consists of in a container engine, by name. Pure.
//
// A workspace is two volumes: its files, and the agent's state. Its container is made from the plan whenever it runs and
// removed when it stops; nothing is kept in it, as its own file system is read-only. The agent's program is in a third
// volume that all workspaces of one Everturn version share, read-only.
import { createHash } from "node:crypto";
import { WorkspaceError } from "../../driver.ts";

export const workspaceLabel = "dev.everturn.workspace";
export const deploymentLabel = "dev.everturn.deployment";
/** On the agent's volume: which version of the agent is in it. */
export const agentLabel = "dev.everturn.agent";
/** On the note that a workspace is in quarantine: since when. Labels cannot be changed, so the note is an empty volume. */
export const quarantinedLabel = "dev.everturn.quarantined_at";
/** On a container: a digest of everything it was made with. When that has changed, the next start makes a new container. */
export const configLabel = "dev.everturn.config";
/** On a container: how its agent is reached. Containers of older versions lack it: their agents listened on a port. */
export const transportLabel = "dev.everturn.transport";
export const execTransport = "exec";

/** Paths inside the container. */
export const insidePaths = {
  files: "/workspace",
  /** Owned by root, so that nothing inside can forge how far provisioning came. */
  state: "/var/lib/everturn",
  agentState: "/var/lib/everturn/agent",
  environment: "/var/lib/everturn/environment.json",
  provisioned: "/var/lib/everturn/provisioned",
  /** In memory, so that no socket of an ended agent is left behind. */
  run: "/run/everturn",
  socket: "/run/everturn/agent.sock",
  egress: "/run/everturn/egress.sock",
  agent: "/opt/everturn",
  agentProgram: "/opt/everturn/agent.mjs",
  node: "/opt/everturn/node",
  ripgrep: "/opt/everturn/rg",
  agentComplete: "/opt/everturn/complete",
} as const;

// The first ordinary user of most systems, which images for development tend to have under some name.
export const insideUserId = 1000;

/** A workspace's things by name. */
export interface Place {
  readonly workspaceId: string;
  readonly deployment: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly container: string;
  /** Never started: the engine takes files for volumes only through a container. */
  readonly loader: string;
  /** Of the image that has Node, to copy it into the agent's volume. Never started, either. */
  readonly nodeLoader: string;
  /** A volume. */
  readonly files: string;
  /** A volume. */
  readonly state: string;
  /** A volume that says by being there that the workspace is in quarantine. */
  readonly quarantine: string;
}

/** Throws when the id cannot be part of a name: it must keep the engine's rule for names, and must not reach into a path. */
export function placeOf(workspaceId: string, deployment: string): Place {
  if (!/^[a-zA-Z0-9][\w.-]{0,100}$/.test(workspaceId))
    throw new WorkspaceError(
      "driver_failed",
      `"${workspaceId}" cannot be the id of a workspace in an engine.`,
    );
  const name = `everturn-${workspaceId}`;
  return {
    workspaceId,
    deployment,
    labels: { [deploymentLabel]: deployment, [workspaceLabel]: workspaceId },
    container: name,
    loader: `${name}-loader`,
    nodeLoader: `${name}-node`,
    files: name,
    state: `${name}-state`,
    quarantine: `${name}-quarantine`,
  };
}

/** The engine's `filters` for everything of a deployment, or of one of its workspaces. */
export function labelFilter(deployment: string, workspaceId?: string): string {
  const label = [`${deploymentLabel}=${deployment}`];
  label.push(workspaceId === undefined ? workspaceLabel : `${workspaceLabel}=${workspaceId}`);
  return JSON.stringify({ label });
}

/** Two deployments may share an engine, and ids when a database was copied: neither touches what is the other's. */
export function refuseForeign(
  what: string,
  labels: Readonly<Record<string, string>> | null | undefined,
  place: Place,
): void {
  const isOurs =
    labels?.[deploymentLabel] === place.deployment && labels[workspaceLabel] === place.workspaceId;
  if (isOurs) return;
  throw new WorkspaceError(
    "driver_failed",
    `There is a ${what} of the name this workspace needs, but it was not made by this deployment of Everturn. It is left alone; remove it, or run the deployments on engines of their own.`,
  );
}

export function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
