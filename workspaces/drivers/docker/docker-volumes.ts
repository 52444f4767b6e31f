// Workspaces: drivers make the place. This file: volumes and networks of the engine, made once and found again by name.
import * as z from "zod";
import {
  agentLabel,
  agentVolumeName,
  deploymentLabel,
  labelsOf,
  namesOf,
  type Place,
  quarantinedLabel,
  refuseForeign,
} from "./docker-place.ts";
import type { EngineClient } from "./engine/engine-client.ts";
import { EngineError } from "./engine/engine-request.ts";
import { keepsNetworkNamesUnique } from "./engine/engine-version.ts";

const labels = z.record(z.string(), z.string()).nullish();
const volumeAnswer = z.object({ Name: z.string(), Labels: labels });
const networkAnswer = z.object({ Id: z.string(), Labels: labels });
const volumeList = z.object({
  Volumes: z.array(volumeAnswer.extend({ CreatedAt: z.string().optional() })).nullish(),
});

// An older agent's volume is kept while a deployment of yesterday may still be rolled back to it.
const oldAgentKeptMs = 7 * 24 * 3_600_000;

/** Both volumes of a workspace. The engine gives back the one it has when a name is asked for twice. */
export async function ensureVolumes(engine: EngineClient, place: Place, signal: AbortSignal): Promise<void> {
  const names = namesOf(place.workspaceId);
  for (const Name of [names.files, names.state]) {
    const body = { Name, Driver: "local", Labels: labelsOf(place) };
    const call = { method: "POST", path: "/volumes/create", body, signal } as const;
    refuseForeign(`volume (${Name})`, (await engine.json(call, volumeAnswer)).Labels, place);
  }
}

export async function hasVolumes(engine: EngineClient, place: Place, signal: AbortSignal): Promise<boolean> {
  const path = `/volumes/${namesOf(place.workspaceId).files}`;
  const found = await orNull(engine.json({ method: "GET", path, signal }, volumeAnswer));
  if (found !== null) refuseForeign(`volume (${found.Name})`, found.Labels, place);
  return found !== null;
}

/** Notes that a workspace is in quarantine from now on; one that is there keeps its time. */
export async function noteQuarantine(engine: EngineClient, place: Place): Promise<void> {
  const body = {
    Name: namesOf(place.workspaceId).quarantine,
    Driver: "local",
    Labels: { ...labelsOf(place), [quarantinedLabel]: new Date().toISOString() },
  };
  await engine.done({ method: "POST", path: "/volumes/create", body });
}

export async function ensureAgentVolume(
  engine: EngineClient,
  { agentDigest, deployment }: { readonly agentDigest: string; readonly deployment: string },
  signal: AbortSignal,
): Promise<void> {
  const body = {
    Name: agentVolumeName(agentDigest),
    Driver: "local",
    Labels: { [agentLabel]: agentDigest, [deploymentLabel]: deployment },
  };
  await engine.done({ method: "POST", path: "/volumes/create", body, signal });
}

/**
 * Removes volumes of older agents that this deployment made and no container refers to: of another deployment's nobody here
 * knows whether they are needed. What the engine refuses is in use, and stays.
 */
export async function removeOldAgents(
  engine: EngineClient,
  { agentDigest, deployment }: { readonly agentDigest: string; readonly deployment: string },
  signal: AbortSignal,
): Promise<void> {
  const label = [agentLabel, `${deploymentLabel}=${deployment}`];
  const filters = JSON.stringify({ label, dangling: ["true"] });
  const call = { method: "GET", path: "/volumes", query: { filters }, signal } as const;
  const { Volumes } = await engine.json(call, volumeList);
  const isOld = (createdAt = ""): boolean => Date.now() - Date.parse(createdAt) > oldAgentKeptMs;
  for (const { Name, CreatedAt } of Volumes ?? []) {
    if (Name === agentVolumeName(agentDigest) || !isOld(CreatedAt)) continue;
    await engine.done({ method: "DELETE", path: `/volumes/${Name}`, signal }).catch((error: unknown) => {
      if (!(error instanceof EngineError)) throw error;
    });
  }
}

export interface NetworkWish {
  readonly place: Place;
  /**
   * Whether it leads anywhere but to the engine's machine. An internal network has no route out, but what listens on all
   * addresses of that machine is reached from it by the bridge's own address: keep servers there on loopback.
   */
  readonly outside: boolean;
}

export async function ensureNetwork(
  engine: EngineClient,
  { place, outside }: NetworkWish,
  signal: AbortSignal,
): Promise<void> {
  if (await hasNetwork(engine, place, signal)) return;
  const unique = keepsNetworkNamesUnique(await engine.version(signal));
  const body = {
    Name: namesOf(place.workspaceId).network,
    Driver: "bridge",
    Internal: !outside,
    Attachable: false,
    EnableIPv6: false,
    Labels: labelsOf(place),
    ...(!unique && { CheckDuplicate: true }),
  };
  try {
    await engine.done({ method: "POST", path: "/networks/create", body, signal });
  } catch (error) {
    // Somebody was faster: then it is there now.
    const lostRace = error instanceof EngineError && error.status === 409;
    if (!lostRace || !(await hasNetwork(engine, place, signal))) throw error;
  }
}

async function hasNetwork(engine: EngineClient, place: Place, signal: AbortSignal): Promise<boolean> {
  const name = namesOf(place.workspaceId).network;
  const found = await orNull(
    engine.json({ method: "GET", path: `/networks/${name}`, signal }, networkAnswer),
  );
  if (found !== null) refuseForeign(`network (${name})`, found.Labels, place);
  return found !== null;
}

/** Null for what the engine does not have. */
export async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof EngineError && error.status === 404) return null;
    throw error;
  }
}
