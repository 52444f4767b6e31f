// What the engine has of a deployment, found by its labels: listed, set aside, and removed. Volumes have no other name to be
// moved to, so a note beside them says that they are in quarantine.
import * as z from "zod";
import type { FoundPlace, PlaceKeeping } from "../../driver.ts";
import {
  ensureVolume,
  findContainer,
  labelsAnswer,
  removeContainer,
  removeVolume,
  untilGone,
} from "./containers.ts";
import type { Engine } from "./engine.ts";
import { labelFilter, type Place, placeOf, quarantinedLabel, workspaceLabel } from "./place.ts";

const withIds = z.array(z.object({ Id: z.string(), Labels: labelsAnswer }));
const volumeList = z.object({
  Volumes: z.array(z.object({ Name: z.string(), Labels: labelsAnswer })).nullish(),
});

const containersOf = (engine: Engine, filters: string) =>
  engine.read("list containers", withIds, (docker) => docker.listContainers({ all: true, filters }));

const networksOf = (engine: Engine, filters: string) =>
  engine.read("list networks", withIds, (docker, options) => docker.listNetworks({ ...options, filters }));

const volumesOf = async (engine: Engine, filters: string) =>
  (await engine.read("list volumes", volumeList, (docker) => docker.listVolumes({ filters }))).Volumes ?? [];

/** All workspaces of the deployment that the engine has anything of. */
export async function surveyWorkspaces(engine: Engine, deployment: string): Promise<readonly FoundPlace[]> {
  const filters = labelFilter(deployment);
  const containers = await containersOf(engine, filters);
  const networks = await networksOf(engine, filters);
  const found = new Map<string, FoundPlace>();
  for (const { Labels } of [...containers, ...networks, ...(await volumesOf(engine, filters))]) {
    const workspace_id = Labels?.[workspaceLabel];
    const since = Labels?.[quarantinedLabel];
    if (workspace_id === undefined || (since === undefined && found.has(workspace_id))) continue;
    const quarantined_at = since === undefined ? null : new Date(since);
    found.set(workspace_id, { workspace_id, owner: "ours", quarantined_at });
  }
  return [...found.values()].toSorted((one, other) => (one.workspace_id < other.workspace_id ? -1 : 1));
}

/** Removes everything with the workspace's labels, in the order in which the engine allows it. */
export async function removeEverything(engine: Engine, place: Place): Promise<void> {
  const filters = labelFilter(place.deployment, place.workspaceId);
  for (const { Id } of await containersOf(engine, filters)) await removeContainer(engine, Id);
  await removeNetworks(engine, place);
  for (const { Name } of await volumesOf(engine, filters)) await removeVolume(engine, Name);
}

/** Older versions made a network for each workspace; nothing makes one now. */
export async function removeNetworks(engine: Engine, place: Place): Promise<void> {
  for (const { Id } of await networksOf(engine, labelFilter(place.deployment, place.workspaceId)))
    await untilGone(engine, `remove the network ${Id}`, (docker, options) =>
      docker.getNetwork(Id).remove(options),
    );
}

/** Looks only at things with this deployment's label. */
export function keepPlaces(engine: Engine, deployment: string): PlaceKeeping {
  const isRunning = async (place: Place) => (await findContainer(engine, place))?.running === true;
  return {
    survey: () => surveyWorkspaces(engine, deployment),
    // Labels are there from the beginning.
    adopt: () => Promise.resolve(),
    async quarantine(workspaceId) {
      const place = placeOf(workspaceId, deployment);
      if (await isRunning(place)) return null;
      // A note that is there already keeps its time.
      const labels = { ...place.labels, [quarantinedLabel]: new Date().toISOString() };
      await ensureVolume(engine, place.quarantine, labels);
      return `volumes ${place.files} and ${place.state}`;
    },
    release: async (workspaceId) => removeVolume(engine, placeOf(workspaceId, deployment).quarantine),
    async discard(workspaceId, before) {
      const place = placeOf(workspaceId, deployment);
      const found = await surveyWorkspaces(engine, deployment);
      const since = found.find((each) => each.workspace_id === workspaceId)?.quarantined_at ?? null;
      // A date that cannot be read is never old enough.
      if (since === null || !(since < before) || (await isRunning(place))) return false;
      await removeEverything(engine, place);
      return true;
    },
  };
}
