// Quarantine of local places that the database does not know: one rename sets a place aside, another one brings it back.
import { lstat, mkdir, readdir, rename } from "node:fs/promises";
import path from "node:path";
import type { FoundPlace, PlaceKeeping } from "../../../driver.ts";
import { endProcesses } from "../end-processes.ts";
import { findProcesses } from "../find-processes.ts";
import { unbroken, withFolderLock } from "./folder-lock.ts";
import { ownerOf, writeMark } from "./place-mark.ts";
import { removeTree } from "./remove-tree.ts";
import { isWorkspaceId, placesOf, type WorkspacePlace, type WorkspacePlaces } from "./workspace-place.ts";

interface SetAside {
  readonly id: string;
  readonly folder: string;
  readonly since: Date;
}

export function keepPlaces(places: WorkspacePlaces, deployment: string): PlaceKeeping {
  const locked = <T>(id: string, work: (place: WorkspacePlace) => Promise<T>): Promise<T> => {
    const place = places.of(id);
    return withFolderLock(place.lock, unbroken, () => work(place));
  };
  return {
    async survey() {
      const inPlace = (await idsIn(places.root)).map((id) => ({
        id,
        folder: places.of(id).folder,
        since: null,
      }));
      const all = [...inPlace, ...(await listSetAside(places))];
      return Promise.all(
        all.map(async ({ id, folder, since }): Promise<FoundPlace> => {
          const owner = await ownerOf(path.join(folder, path.basename(places.of(id).mark)), deployment);
          return { workspace_id: id, owner, quarantined_at: since };
        }),
      );
    },
    adopt: (id) =>
      locked(id, async (place) => {
        if ((await isFolder(place.folder)) && (await ownerOf(place.mark, deployment)) === "unmarked")
          await writeMark(place.mark, deployment);
      }),
    quarantine: (id) =>
      locked(id, async (place) => {
        if ((await ownerOf(place.mark, deployment)) !== "ours") return null;
        // Another database knows it: a copy of ours has the same deployment id.
        if ((await findProcesses(place)).length > 0) return null;
        await mkdir(places.quarantine, { recursive: true, mode: 0o700 });
        const aside = path.join(places.quarantine, `${id}.${Date.now()}`);
        await rename(place.folder, aside);
        return aside;
      }),
    release: (id) => locked(id, (place) => bringBack(places, place)),
    discard: (id, before) =>
      locked(id, async (place) => {
        if ((await findProcesses(place)).length > 0) return false;
        let discarded = false;
        for (const aside of await listSetAside(places)) {
          if (aside.id !== id || aside.since >= before) continue;
          const mark = path.join(aside.folder, path.basename(place.mark));
          if ((await ownerOf(mark, deployment)) !== "ours") continue;
          await removeTree(aside.folder);
          discarded = true;
        }
        return discarded;
      }),
  };
}

/** Ends what runs in every place below a folder of workspaces, of any deployment. For callers that give up the whole folder. */
export async function stopAllBelow(folder: string): Promise<Promise<void>[]> {
  const places = placesOf(folder);
  return (await idsIn(places.root)).map((id) => {
    const place = places.of(id);
    return withFolderLock(place.lock, unbroken, () => endProcesses(place));
  });
}

/** Brings back the newest place that was set aside, unless there is one already. Hold the place's lock. */
export async function bringBack(places: WorkspacePlaces, place: WorkspacePlace): Promise<void> {
  if (await isFolder(place.folder)) return;
  const aside = (await listSetAside(places)).findLast(({ id }) => id === place.id);
  if (aside !== undefined) await rename(aside.folder, place.folder);
}

/** Removes everything of a deleted workspace from quarantine. Hold the place's lock. */
export async function removeSetAside(places: WorkspacePlaces, place: WorkspacePlace): Promise<void> {
  for (const { id, folder } of await listSetAside(places)) if (id === place.id) await removeTree(folder);
}

/** Oldest first. */
async function listSetAside({ quarantine }: WorkspacePlaces): Promise<SetAside[]> {
  const found = (await namesIn(quarantine)).flatMap((name): SetAside[] => {
    const [, id = "", since = ""] = /^([^.]+)\.(\d{1,15})$/.exec(name) ?? [];
    if (!isWorkspaceId(id)) return [];
    return [{ id, folder: path.join(quarantine, name), since: new Date(Number(since)) }];
  });
  return found.toSorted((one, other) => one.since.getTime() - other.since.getTime());
}

export async function idsIn(root: string): Promise<string[]> {
  return (await namesIn(root)).filter(isWorkspaceId);
}

async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function isFolder(folder: string): Promise<boolean> {
  return (await lstat(folder).catch(() => null))?.isDirectory() ?? false;
}
