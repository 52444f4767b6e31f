// Workspaces: drivers make the place. This file: a template's files as they go into a workspace. Links are sent as links
// and never followed: what lies outside the template's folder stays there.
import { lstat, opendir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { insideUserId } from "./docker-place.ts";
import type { TarEntry } from "./engine/tar.ts";

const owner = { uid: insideUserId, gid: insideUserId };

/** Everything below `folder`, under `below`, folders before what is in them. Sockets and devices are left out. */
export async function* readTemplateFiles(folder: string, below: string): AsyncGenerator<TarEntry> {
  const names: string[] = [];
  for await (const { name } of await opendir(folder)) names.push(name);
  for (const name of names.toSorted()) {
    const source = join(folder, name);
    const path = `${below}/${name}`;
    const found = await lstat(source);
    // Their times too: packers of archives refuse files older than 1980.
    const common = { ...owner, path, mode: found.mode & 0o777, modifiedAt: found.mtimeMs / 1_000 };
    if (found.isSymbolicLink()) yield { ...common, type: "link", target: await readlink(source) };
    if (found.isFile()) yield { ...common, type: "file-on-disk", source, size: found.size };
    if (found.isDirectory()) {
      yield { ...common, type: "folder" };
      yield* readTemplateFiles(source, path);
    }
  }
}
