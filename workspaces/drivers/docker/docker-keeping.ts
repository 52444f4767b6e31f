// Workspaces: drivers make the place. This file: what becomes of an engine's places that the database does not know. Volumes
// have no other name to be moved to, so a note beside them says that they are in quarantine.
import type { PlaceKeeping } from "../../driver.ts";
import { findContainer, untilGone } from "./docker-containers.ts";
import { removeEverything, surveyWorkspaces } from "./docker-inventory.ts";
import { namesOf, type Place } from "./docker-place.ts";
import { noteQuarantine } from "./docker-volumes.ts";
import type { EngineClient } from "./engine/engine-client.ts";

/** All that is found bears this deployment's label: the engine is asked for nothing else. */
export function keepContainers(engine: EngineClient, deployment: string): PlaceKeeping {
  const isRunning = async (place: Place) => {
    const { container: name } = namesOf(place.workspaceId);
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
      await noteQuarantine(engine, place);
      return `volumes ${namesOf(workspaceId).files} and ${namesOf(workspaceId).state}`;
    },
    release: (workspaceId) =>
      untilGone(engine, { method: "DELETE", path: `/volumes/${namesOf(workspaceId).quarantine}` }),
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
