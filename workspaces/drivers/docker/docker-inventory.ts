// Workspaces: drivers make the place. This file: everything the engine has of a deployment, found by its labels, and removed.
import * as z from "zod";
import { removeContainer, untilGone } from "./docker-containers.ts";
import { labelFilter, type Place, quarantinedLabel, workspaceLabel } from "./docker-place.ts";
import type { EngineClient } from "./engine/engine-client.ts";

interface Thing {
  /** Id, or name of a volume. */
  readonly id: string;
  readonly workspaceId: string | undefined;
  /** Of a volume that notes since when its workspace is in quarantine. */
  readonly quarantinedAt: string | undefined;
}

interface Inventory {
  readonly containers: readonly Thing[];
  readonly networks: readonly Thing[];
  readonly volumes: readonly Thing[];
}

const labels = z.record(z.string(), z.string()).nullish();
const containerList = z.array(z.object({ Id: z.string(), Labels: labels }));
const networkList = z.array(z.object({ Id: z.string(), Labels: labels }));
const volumeList = z.object({ Volumes: z.array(z.object({ Name: z.string(), Labels: labels })).nullish() });

/** All workspaces of the deployment that the engine has anything of, with the time since when each is in quarantine. */
export async function surveyWorkspaces(
  engine: EngineClient,
  deployment: string,
): Promise<ReadonlyMap<string, Date | null>> {
  const { containers, networks, volumes } = await takeInventory(engine, labelFilter(deployment));
  const found = new Map<string, Date | null>();
  for (const { workspaceId, quarantinedAt } of [...containers, ...networks, ...volumes]) {
    if (workspaceId === undefined) continue;
    const since = quarantinedAt === undefined ? null : new Date(quarantinedAt);
    found.set(workspaceId, since ?? found.get(workspaceId) ?? null);
  }
  return new Map([...found].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Removes all that bears the workspace's labels, in the order in which the engine lets go of it. */
export async function removeEverything(engine: EngineClient, place: Place): Promise<void> {
  const filters = labelFilter(place.deployment, place.workspaceId);
  const { containers, networks, volumes } = await takeInventory(engine, filters);
  for (const { id } of containers) await removeContainer(engine, id);
  for (const { id } of networks) await untilGone(engine, { method: "DELETE", path: `/networks/${id}` });
  for (const { id } of volumes) await untilGone(engine, { method: "DELETE", path: `/volumes/${id}` });
}

/** Removes the workspace's network alone. */
export async function removeNetwork(engine: EngineClient, place: Place): Promise<void> {
  const filters = labelFilter(place.deployment, place.workspaceId);
  const networks = await engine.json({ method: "GET", path: "/networks", query: { filters } }, networkList);
  for (const { Id } of networks) await untilGone(engine, { method: "DELETE", path: `/networks/${Id}` });
}

async function takeInventory(engine: EngineClient, filters: string): Promise<Inventory> {
  const ofContainers = { all: "true", filters };
  const containers = await engine.json(
    { method: "GET", path: "/containers/json", query: ofContainers },
    containerList,
  );
  const networks = await engine.json({ method: "GET", path: "/networks", query: { filters } }, networkList);
  const { Volumes } = await engine.json({ method: "GET", path: "/volumes", query: { filters } }, volumeList);
  const thing = (id: string, its: Readonly<Record<string, string>> | null | undefined): Thing => ({
    id,
    workspaceId: its?.[workspaceLabel],
    quarantinedAt: its?.[quarantinedLabel],
  });
  return {
    containers: containers.map(({ Id, Labels }) => thing(Id, Labels)),
    networks: networks.map(({ Id, Labels }) => thing(Id, Labels)),
    volumes: (Volumes ?? []).map(({ Name, Labels }) => thing(Name, Labels)),
  };
}
