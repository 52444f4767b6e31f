// Reads from a build's manifest which files a page loads.
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}

/** What people open most: the page itself, and a chat by its link. */
export const CHAT_CHUNKS = ["index.html", "src/chat/chat-page.tsx"] as const;

/**
 * Scripts and styles that these chunks load before they show anything, relative to the build's folder.
 * @throws Error if the build has no manifest, or no such chunk
 */
export function filesOfChunks(dist: string, names: readonly string[]): ReadonlySet<string> {
  const text = readFileSync(join(dist, ".vite/manifest.json"), "utf8");
  const manifest = JSON.parse(text) as Record<string, Chunk>;
  const files = new Set<string>();
  const add = (name: string): void => {
    const chunk = manifest[name];
    if (chunk === undefined) throw new Error(`the build has no chunk ${name}`);
    if (files.has(chunk.file)) return;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    chunk.imports?.forEach(add);
  };
  names.forEach(add);
  return files;
}
