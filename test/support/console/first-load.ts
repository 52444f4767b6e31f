// Tests: how much the console's pages load, from the manifest of its build.
import { statSync } from "node:fs";
import { join } from "node:path";
import { filesOfChunks } from "../../../dev/console/built-chunks.ts";
import { consoleFolder } from "../../../platform/programs/console-folder.ts";

/** Bytes of scripts and styles, as a browser that takes brotli gets them. */
export function firstLoadBytes(...chunks: readonly string[]): number {
  const { dist } = consoleFolder();
  return [...filesOfChunks(dist, chunks)].reduce((sum, file) => sum + sentBytes(join(dist, file)), 0);
}

function sentBytes(file: string): number {
  return (statSync(`${file}.br`, { throwIfNoEntry: false }) ?? statSync(file)).size;
}
