// Walks along a path, name by name. Each folder is opened in the one before it, and links are read instead of followed. So the walk stays
// below the root even if something is swapped meanwhile.
import type { Stats } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import { nearestNames } from "../../../../core/text/nearest-names.ts";
import { quoted } from "../../../../core/text/quoted.ts";
import { AgentError } from "../../api.ts";
import { linksFollowedMax, nearestNamesMax, pathCharsMax, walkStepsMax } from "../file-limits.ts";
import { onCode } from "../system-fault.ts";
import { folderNames } from "./folder-names.ts";
import { nameOf, nameShownAs, shownName } from "./raw-names.ts";
import {
  type OpenFolder,
  openFolderIn,
  openRoot,
  pathIn,
  type Root,
  refuseOutside,
  stayInside,
} from "./root.ts";

/** Where a path leads: a name in an open folder. */
export interface Place {
  readonly folder: OpenFolder;
  /** "." for the folder itself, if the path leads to the root or ends in `..`. */
  readonly name: string;
  /** What the name leads to, never a link; null if nothing is there. */
  readonly stats: Stats | null;
  /** Folders missing between `folder` and `name`, outermost first, perhaps with `..`. Empty unless `stats` is null. */
  readonly missing: readonly string[];
  /** The path relative to the root, without links, as it is shown. "." is the root itself. */
  readonly relative: string;
}

/** A place where something exists. */
export interface FoundPlace extends Place {
  readonly stats: Stats;
}

export function isFound(place: Place): place is FoundPlace {
  return place.stats !== null;
}

interface Way {
  readonly asked: string;
  /** Names still to go. */
  readonly names: string[];
  folder: OpenFolder;
  links: number;
  readonly linksMax: number;
}

/** Calls `use` with the place where `asked` leads. Throws `AgentError` with similar names if nothing is there. */
export async function withFound<T>(
  root: Root,
  asked: string,
  use: (place: FoundPlace) => Promise<T>,
): Promise<T> {
  const place = await findPlace(root, asked);
  try {
    if (!isFound(place)) throw await notFound(asked, place);
    return await use(place);
  } finally {
    await place.folder.handle.close();
  }
}

/**
 * Where `asked` leads, or would lead if it existed. The caller closes the folder. Throws `AgentError`.
 * @param refusesLinks a path that leads through a link is refused, also if the link is its last name
 */
export async function findPlace(root: Root, asked: string, refusesLinks = false): Promise<Place> {
  const names = namesOf(root, asked);
  const linksMax = refusesLinks ? 0 : linksFollowedMax;
  const way: Way = { asked, names, folder: await openRoot(root), links: 0, linksMax };
  try {
    return await walk(way);
  } catch (error) {
    await way.folder.handle.close();
    throw error;
  }
}

/** The names in a path. An absolute path must begin with the root's own names, which are left out. */
function namesOf(root: Root, asked: string): string[] {
  if (asked.includes("\0")) {
    throw new AgentError("bad_request", "The path holds a NUL character.", stayInside(root));
  }
  if (asked.length > pathCharsMax) {
    throw new AgentError("bad_request", "The path is too long.", stayInside(root));
  }
  const names = namesBelowRoot(root, asked);
  if (names === null) throw refuseOutside(root, asked);
  return names;
}

/** Null if an absolute path does not begin with the root's own names. `..` stays, because its meaning depends on links. */
function namesBelowRoot(root: Root, path: string): string[] | null {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  if (!path.startsWith("/")) return names;
  const own = root.path.split("/").filter((name) => name !== "");
  return own.every((name, at) => names[at] === name) ? names.slice(own.length) : null;
}

async function walk(way: Way): Promise<Place> {
  for (let step = 0; step < walkStepsMax; step++) {
    const asked = way.names.shift();
    if (asked === undefined) return placeIn(way.folder, ".", await lstat(pathIn(way.folder, ".")));
    if (asked === "..") {
      await goUp(way);
      continue;
    }
    const { name, stats } = await lookAt(way.folder, asked);
    const isLast = way.names.length === 0;
    if (stats?.isSymbolicLink() === true) await followLink(way, name);
    else if (stats !== null && isLast) return placeIn(way.folder, name, stats);
    else if (stats?.isDirectory() === true) await goDown(way, name);
    else return nothingAt(way, name);
  }
  throw new AgentError("bad_request", "The path is too long.", stayInside(way.folder.root));
}

/** Looks for this name, and then for the name with bytes that are not UTF-8 that is shown as this name. */
async function lookAt(folder: OpenFolder, asked: string): Promise<{ name: string; stats: Stats | null }> {
  const stats = await lstatOrNull(pathIn(folder, asked));
  const meant = stats === null ? nameShownAs(asked) : null;
  const found = meant === null ? null : await lstatOrNull(pathIn(folder, meant));
  return meant === null || found === null ? { name: asked, stats } : { name: meant, stats: found };
}

function placeIn(folder: OpenFolder, name: string, stats: Stats | null): Place {
  const names = name === "." ? folder.names : [...folder.names, name];
  return { folder, name, stats, missing: [], relative: shownName(names.join("/")) || "." };
}

/** The place of a path that ends at a missing name, or at a file where a folder is needed. */
function nothingAt(way: Way, first: string): Place {
  const missing = [first, ...way.names.splice(0)];
  const relative = shownName([...way.folder.names, ...missing].join("/"));
  const name = missing.pop() ?? first;
  return { folder: way.folder, name, stats: null, missing, relative };
}

/** Walks from the root again, one name less. The kernel's `..` would follow a folder that was moved. */
async function goUp(way: Way): Promise<void> {
  if (way.folder.names.length === 0) throw refuseOutside(way.folder.root, way.asked);
  way.names.unshift(...way.folder.names.slice(0, -1));
  await enter(way, await openRoot(way.folder.root));
}

async function goDown(way: Way, name: string): Promise<void> {
  const noFolder = onCode(["ELOOP", "ENOTDIR", "ENOENT"], () => null);
  const folder = await openFolderIn(way.folder, name).catch(noFolder);
  if (folder !== null) return enter(way, folder);
  // Look at what took its place.
  way.names.unshift(name);
}

async function enter(way: Way, folder: OpenFolder): Promise<void> {
  const left = way.folder;
  way.folder = folder;
  await left.handle.close();
}

/** Refuses a target outside without looking at it, so the answer does not tell whether it exists. */
async function followLink(way: Way, name: string): Promise<void> {
  way.links += 1;
  if (way.linksMax === 0) {
    const message = `${quoted(way.asked)} leads through the link ${quoted(shownName([...way.folder.names, name].join("/")))}.`;
    throw new AgentError("bad_request", message, "Links are not followed here. Give another path.");
  }
  if (way.links > way.linksMax) {
    throw new AgentError("bad_request", `${quoted(way.asked)} has links that go in circles.`);
  }
  const noLink = onCode(["EINVAL", "ENOENT"], () => null);
  const bytes = await readlink(pathIn(way.folder, name), "buffer").catch(noLink);
  const target = bytes === null ? name : nameOf(bytes);
  const { root } = way.folder;
  const names = namesBelowRoot(root, target);
  if (names === null) throw refuseOutside(root, way.asked);
  way.names.unshift(...names);
  if (target.startsWith("/")) await enter(way, await openRoot(root));
}

function lstatOrNull(path: string | Buffer): Promise<Stats | null> {
  return lstat(path).catch(onCode(["ENOENT", "ENOTDIR", "ENAMETOOLONG"], () => null));
}

/** The error for a path that leads to nothing. */
export async function notFound(asked: string, place: Place): Promise<AgentError> {
  const wanted = place.missing[0] ?? place.name;
  const { names } = await folderNames(place.folder.base).catch(() => ({ names: [] }));
  const shown = names.map(shownName);
  const nearest = nearestNames(wanted, shown, nearestNamesMax).filter((name) => name !== wanted);
  const hint =
    nearest.length > 0
      ? `Similar names in that folder: ${nearest.map(quoted).join(", ")}.`
      : "Use list_dir or find_files to see what there is.";
  return new AgentError(
    "not_found",
    `${quoted(asked)} does not exist in the ${place.folder.root.placeName}.`,
    hint,
  );
}
