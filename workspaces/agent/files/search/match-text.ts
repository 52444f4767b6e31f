// The workspace agent runs inside the workspace. This file: reads the lines that matched from files opened safely. The search program's
// own word is taken for places only, since a folder swapped for a link while it ran would have led it outside.
import type { FileHandle } from "node:fs/promises";
import { AgentError } from "../../api.ts";
import { grepLineCharsMax } from "../file-limits.ts";
import { openFile } from "../place/open-file.ts";
import type { Root } from "../place/root.ts";
import { withFound } from "../place/walk.ts";
import { systemFault } from "../system-fault.ts";
import type { MatchPlace } from "./output-records.ts";

/** A match further right than this is shown with what stands around it. */
const leadCharsMax = 100;
const utf8BytesPerCharMax = 4;

/** The line at a place, cut to `grepLineCharsMax` characters around the match. */
async function readLineAt(handle: FileHandle, place: MatchPlace): Promise<string> {
  const isFarRight = place.column > grepLineCharsMax - leadCharsMax;
  const skipped = isFarRight ? place.column - 1 - leadCharsMax : 0;
  const buffer = Buffer.alloc((grepLineCharsMax + 1) * utf8BytesPerCharMax);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, place.offset + skipped);
  // The start may fall into a character: go on to the next one.
  const from = skipped === 0 ? 0 : buffer.findIndex((byte) => (byte & 0xc0) !== 0x80);
  const newline = buffer.subarray(0, bytesRead).indexOf(0x0a, from);
  const text = buffer.toString("utf8", from, newline < 0 ? bytesRead : newline).replace(/\r$/, "");
  const chars = Array.from(text);
  const shown = chars.length > grepLineCharsMax ? `${chars.slice(0, grepLineCharsMax).join("")}…` : text;
  return skipped > 0 ? `…${shown}` : shown;
}

/** Gives each place with its text to `onLine` until that says false. Places that cannot be opened any more are left out. */
export async function readMatches(
  root: Root,
  places: readonly MatchPlace[],
  onLine: (place: MatchPlace, text: string) => boolean,
): Promise<void> {
  let path: string | null = null;
  let handle: FileHandle | null = null;
  try {
    for (const place of places) {
      if (path !== place.path) {
        await handle?.close();
        handle = null;
        path = place.path;
        handle = await openQuietly(root, path);
      }
      if (handle !== null && !onLine(place, await readLineAt(handle, place))) return;
    }
  } finally {
    await handle?.close();
  }
}

async function openQuietly(root: Root, path: string): Promise<FileHandle | null> {
  try {
    return await withFound(root, path, async (place) => (await openFile(root, place)).handle);
  } catch (error) {
    if (systemFault(error) instanceof AgentError) return null;
    throw error;
  }
}
