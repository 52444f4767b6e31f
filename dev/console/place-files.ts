// Puts a new build where the old one is while a server serves it: new files first, then the page, then old files go.
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/** Names of the files of the build before, one a line: pages that are open still load their chunks. */
const BEFORE = ".files";
const PAGE = "index.html";

/** Moves the files of `next` to `dist`. Those of the build before last are removed. */
export async function placeFiles(next: string, dist: string): Promise<void> {
  const files = await filesBelow(next);
  if (!files.includes(PAGE)) throw new Error(`the build made no ${PAGE}`);
  for (const file of files.filter((each) => each !== PAGE))
    await copyWhole(join(next, file), join(dist, file));
  await copyWhole(join(next, PAGE), join(dist, PAGE));
  const before = await readFile(join(dist, BEFORE), "utf8").catch(() => "");
  const kept = new Set([...files, ...before.split("\n"), BEFORE]);
  for (const file of await filesBelow(dist)) if (!kept.has(file)) await rm(join(dist, file), { force: true });
  await writeFile(join(dist, BEFORE), files.join("\n"));
  await rm(next, { recursive: true, force: true });
}

/** Under another name and then renamed, so that nobody reads half a file. */
async function copyWhole(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const draft = join(dirname(to), `.${process.pid}.draft`);
  await copyFile(from, draft);
  await rename(draft, to);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
