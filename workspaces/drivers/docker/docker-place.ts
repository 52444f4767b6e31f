// Workspaces: drivers make the place. This file: what a workspace consists of in a container engine, by name. Pure.
//
// A workspace is two volumes: its files, and the agent's state. Container and network are made from the plan whenever it
// runs and removed when it stops: nothing is kept in them (the container's own file system is read-only), and a stopped
// workspace holds no address of the engine's small pool. The agent's program lies in a third volume that all workspaces of
// one Everturn version share, read-only.
import { createHash } from "node:crypto";
import { WorkspaceError } from "../../driver.ts";

export const workspaceLabel = "dev.everturn.workspace";
export const deploymentLabel = "dev.everturn.deployment";
/** Of the agent's volume: which version of the agent is in it. */
export const agentLabel = "dev.everturn.agent";
/** Of the note that a workspace is in quarantine: since when. Labels cannot be changed, so the note is an empty volume. */
export const quarantinedLabel = "dev.everturn.quarantined_at";
/** Of a container: a digest of everything it was made with. One that is different now is made again at the next start. */
export const configLabel = "dev.everturn.config";

/** Paths inside the container. */
export const insidePaths = {
  files: "/workspace",
  /** Root's, so that what says how far provisioning came cannot be forged from inside. */
  state: "/var/lib/everturn",
  agentState: "/var/lib/everturn/agent",
  /** There from before a start until the agent has read it. */
  token: "/var/lib/everturn/agent/token",
  environment: "/var/lib/everturn/environment.json",
  provisioned: "/var/lib/everturn/provisioned",
  agent: "/opt/everturn",
  agentComplete: "/opt/everturn/complete",
} as const;

// The first ordinary user of most systems, which images for development tend to have under some name.
export const insideUserId = 1000;

export interface Place {
  readonly workspaceId: string;
  readonly deployment: string;
}

export interface PlaceNames {
  readonly container: string;
  /** Never started: the engine takes files for volumes only through a container. */
  readonly loader: string;
  readonly network: string;
  readonly files: string;
  readonly state: string;
  /** A volume that says by being there that the workspace is in quarantine. */
  readonly quarantine: string;
}

/** Throws when an id cannot be part of a name: the engine's own rule for names, and it must not reach into a path. */
export function namesOf(workspaceId: string): PlaceNames {
  if (!/^[a-zA-Z0-9][\w.-]{0,100}$/.test(workspaceId))
    throw new WorkspaceError(
      "driver_failed",
      `"${workspaceId}" cannot be the id of a workspace in an engine.`,
    );
  const name = `everturn-${workspaceId}`;
  return {
    container: name,
    loader: `${name}-loader`,
    network: name,
    files: name,
    state: `${name}-state`,
    quarantine: `${name}-quarantine`,
  };
}

export function agentVolumeName(agentDigest: string): string {
  return `everturn-agent-${agentDigest}`;
}

export function labelsOf(place: Place): Record<string, string> {
  return { [workspaceLabel]: place.workspaceId, [deploymentLabel]: place.deployment };
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
