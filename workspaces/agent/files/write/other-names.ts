// Keeps hard links: finds the other names of a file before it is replaced, and links them to the new content.
import { randomUUID } from "node:crypto";
import type { BigIntStats, Dirent } from "node:fs";
import { link, lstat, rename, unlink } from "node:fs/promises";
import type { Place } from "../place/confined-walk.ts";
import { systemPath } from "../place/raw-names.ts";
import { pathIn } from "../place/root.ts";
import { TreeCursor } from "../place/tree-cursor.ts";

/** The names of a path from the root down. */
export type OtherName = readonly Buffer[];

/** How many files and folders are looked at: some seconds on a slow disk. */
const entriesMax = 200_000;

interface Search {
  readonly cursor: TreeCursor;
  readonly file: BigIntStats;
  /** Names of the file still to be found. */
  left: number;
  entries: number;
  readonly found: OtherName[];
}

/** All other names of the target; null if some of them are outside its root, or were not found within the limit. */
export async function findOtherNames(target: Place): Promise<readonly OtherName[] | null> {
  const file = await lstat(pathIn(target.folder, target.name), { bigint: true }).catch(() => null);
  if (file === null || !file.isFile() || file.nlink < 2n) return [];
  const cursor = await TreeCursor.at(target.folder.root.path);
  const search: Search = { cursor, file, left: Number(file.nlink), entries: 0, found: [] };
  try {
    await searchFolder(search, []);
  } finally {
    await cursor.close();
  }
  if (search.left > 0) return null;
  const own = [...target.folder.names, target.name].map((name) => Buffer.from(systemPath(name)));
  return search.found.filter((name) => !isSame(name, own));
}

async function searchFolder(search: Search, at: OtherName): Promise<void> {
  const { cursor, file, found } = search;
  for (const entry of await cursor.entries().catch((): Dirent<Buffer>[] => [])) {
    search.entries += 1;
    if (search.left === 0 || search.entries > entriesMax) return;
    const name = [...at, entry.name];
    if (entry.isDirectory()) {
      const isOpen = await cursor.enter(entry.name).then(
        () => true,
        () => false,
      );
      if (!isOpen) continue;
      await searchFolder(search, name);
      await cursor.leave();
    } else if (entry.isFile()) {
      const stats = await lstat(cursor.path(entry.name), { bigint: true }).catch(() => null);
      if (stats?.ino !== file.ino || stats.dev !== file.dev) continue;
      found.push(name);
      search.left -= 1;
    }
  }
}

function isSame(one: OtherName, other: OtherName): boolean {
  return one.length === other.length && one.every((name, at) => name.equals(other[at] ?? Buffer.alloc(0)));
}

/** Links other names to the target's new file. `before` is their old file. Returns false if some of them could not be linked. */
export async function linkOtherNames(
  target: Place,
  names: readonly OtherName[],
  before: BigIntStats,
): Promise<boolean> {
  let areLinked = true;
  for (const name of names) {
    // The new content is already in place, and stays there if one name cannot be linked.
    await linkOne(target, name, before).catch(() => (areLinked = false));
  }
  return areLinked;
}

async function linkOne(target: Place, name: OtherName, before: BigIntStats): Promise<void> {
  const cursor = await TreeCursor.at(target.folder.root.path);
  try {
    for (const folder of name.slice(0, -1)) await cursor.enter(folder);
    const path = cursor.path(name.at(-1) ?? Buffer.alloc(0));
    const there = await lstat(path, { bigint: true });
    // The name leads to another file by now.
    if (there.ino !== before.ino || there.dev !== before.dev) return;
    const staged = cursor.path(Buffer.from(`.everturn-${randomUUID()}.tmp`));
    await link(pathIn(target.folder, target.name), staged);
    try {
      await rename(staged, path);
    } catch (error) {
      await unlink(staged).catch(() => undefined);
      throw error;
    }
  } finally {
    await cursor.close();
  }
}
