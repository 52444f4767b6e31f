// Tests: how much the console's pages load, from the manifest of its build.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { consoleFolder } from "../../../platform/programs/console-folder.ts";

interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}

/** Bytes of scripts and styles, as a browser that takes brotli gets them, for the page and the chunks that are named. */
export function firstLoadBytes(...chunks: readonly string[]): number {
  const { dist } = consoleFolder();
  const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8")) as Record<
    string,
    Chunk
  >;
  const files = new Set<string>();
  const add = (name: string) => {
    const chunk = manifest[name];
    if (chunk === undefined) throw new Error(`the build has no chunk ${name}`);
    if (files.has(chunk.file)) return;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    for (const each of chunk.imports ?? []) add(each);
  };
  for (const name of ["index.html", ...chunks]) add(name);
  return [...files].reduce((sum, file) => sum + sentBytes(join(dist, file)), 0);
}

function sentBytes(file: string): number {
  return (statSync(`${file}.br`, { throwIfNoEntry: false }) ?? statSync(file)).size;
}
