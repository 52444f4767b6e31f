// What the engine has of a deployment, found by its labels: listed, set aside, and removed. Volumes have no other name to be
// moved to, so a note beside them says that they are in quarantine.
import * as z from "zod";
import type { PlaceKeeping } from "../../driver.ts";
import { ensureVolume, findContainer, removeContainer, untilGone } from "./containers.ts";
import type { Engine } from "./engine.ts";
import { labelFilter, labelsOf, namesOf, type Place, quarantinedLabel, workspaceLabel } from "./place.ts";

const labels = z.record(z.string(), z.string()).nullish();
const withIds = z.array(z.object({ Id: z.string(), Labels: labels }));
const volumeList = z.object({ Volumes: z.array(z.object({ Name: z.string(), Labels: labels })).nullish() });

interface Thing {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>> | null | undefined;
}

/** All workspaces of the deployment that the engine has anything of, with the time since when each is in quarantine. */
export async function surveyWorkspaces(
  engine: Engine,
  deployment: string,
): Promise<ReadonlyMap<string, Date | null>> {
  const { containers, networks, volumes } = await takeInventory(engine, labelFilter(deployment));
  const found = new Map<string, Date | null>();
  for (const thing of [...containers, ...networks, ...volumes]) {
    const workspaceId = thing.labels?.[workspaceLabel];
    const quarantinedAt = thing.labels?.[quarantinedLabel];
    if (workspaceId === undefined) continue;
    const since = quarantinedAt === undefined ? null : new Date(quarantinedAt);
    found.set(workspaceId, since ?? found.get(workspaceId) ?? null);
  }
  return new Map([...found].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Removes all that bears the workspace's labels, in the order in which the engine lets go of it. */
export async function removeEverything(engine: Engine, place: Place): Promise<void> {
  const filters = labelFilter(place.deployment, place.workspaceId);
  const { containers, volumes } = await takeInventory(engine, filters);
  for (const { id } of containers) await removeContainer(engine, id);
  await removeNetworks(engine, place);
  for (const { id } of volumes) await removeVolume(engine, id);
}

/** Older versions made a network for each workspace; nothing makes one now. */
export async function removeNetworks(engine: Engine, place: Place, signal?: AbortSignal): Promise<void> {
  const filters = labelFilter(place.deployment, place.workspaceId);
  for (const { id } of await networksOf(engine, filters, signal))
    await untilGone(engine, {
      what: `remove the network ${id}`,
      signal,
      run: (docker, options) => docker.getNetwork(id).remove(options),
    });
}

/** Only things that bear this deployment's label are ever looked at. */
export function keepPlaces(engine: Engine, deployment: string): PlaceKeeping {
  const isRunning = async (place: Place) => {
    const { container: name } = namesOf(place);
    return (await findContainer(engine, { place, name }))?.running === true;
  };
  return {
    async survey() {
      const found = await surveyWorkspaces(engine, deployment);
      return [...found].map(([workspace_id, quarantined_at]) => ({
        workspace_id,
        owner: "ours",
        quarantined_at,
      }));
    },
    // Labels are there from the beginning.
    adopt: () => Promise.resolve(),
    async quarantine(workspaceId) {
      const place = { workspaceId, deployment };
      if (await isRunning(place)) return null;
      const { files, state, quarantine: name } = namesOf(place);
      // A note that is there already keeps its time.
      const labels = { ...labelsOf(place), [quarantinedLabel]: new Date().toISOString() };
      await ensureVolume(engine, { name, labels });
      return `volumes ${files} and ${state}`;
    },
    release: (workspaceId) => removeVolume(engine, namesOf({ workspaceId, deployment }).quarantine),
    async discard(workspaceId, before) {
      const place = { workspaceId, deployment };
      const since = (await surveyWorkspaces(engine, deployment)).get(workspaceId) ?? null;
      // A date that cannot be read is before nothing.
      if (since === null || !(since < before) || (await isRunning(place))) return false;
      await removeEverything(engine, place);
      return true;
    },
  };
}

function removeVolume(engine: Engine, name: string): Promise<void> {
  return untilGone(engine, {
    what: `remove the volume ${name}`,
    run: (docker, options) => docker.getVolume(name).remove(options),
  });
}

async function takeInventory(engine: Engine, filters: string) {
  const containers = await engine.call({
    what: "list containers",
    answer: withIds,
    run: (docker) => docker.listContainers({ all: true, filters }),
  });
  const { Volumes } = await engine.call({
    what: "list volumes",
    answer: volumeList,
    run: (docker) => docker.listVolumes({ filters }),
  });
  return {
    containers: containers.map(({ Id, Labels }): Thing => ({ id: Id, labels: Labels })),
    networks: await networksOf(engine, filters),
    volumes: (Volumes ?? []).map(({ Name, Labels }): Thing => ({ id: Name, labels: Labels })),
  };
}

async function networksOf(engine: Engine, filters: string, signal?: AbortSignal): Promise<Thing[]> {
  const networks = await engine.call({
    what: "list networks",
    signal,
    answer: withIds,
    run: (docker, options) => docker.listNetworks({ ...options, filters }),
  });
  return networks.map(({ Id, Labels }) => ({ id: Id, labels: Labels }));
}
