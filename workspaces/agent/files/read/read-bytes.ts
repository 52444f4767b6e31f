// Reads raw bytes of a file, and its type, size and time.
import { AgentError, type FileStat } from "../../api.ts";
import { readRangeBytesMax } from "../file-limits.ts";
import { withFound } from "../place/confined-walk.ts";
import { openFile, readRange } from "../place/open-file.ts";
import type { Root } from "../place/root.ts";
import { entryType } from "./list-folder.ts";

/** Bytes `offset` to `offset + length`, fewer at the end of the file. Throws `AgentError`. */
export async function readBytes(
  root: Root,
  args: { readonly path: string; readonly offset: number; readonly length: number },
  signal: AbortSignal,
): Promise<Uint8Array> {
  checkRange(args.offset, args.length);
  return withFound(root, args.path, async (place) => {
    const { handle } = await openFile(place);
    try {
      return await readRange(handle, { offset: args.offset, length: args.length, signal });
    } finally {
      await handle.close();
    }
  });
}

function checkRange(offset: number, length: number): void {
  const isRange = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!isRange) throw new AgentError("bad_request", "offset and length are whole numbers from 0.");
  if (length > readRangeBytesMax) {
    throw new AgentError("bad_request", `At most ${readRangeBytesMax} bytes can be read at a time.`);
  }
}

/** Type, size and time of what is there, links followed within the root. Throws `AgentError`. */
export async function statFile(root: Root, args: { readonly path: string }): Promise<FileStat> {
  return withFound(root, args.path, ({ relative, stats }) =>
    Promise.resolve({
      path: relative,
      type: entryType(stats),
      size: stats.size,
      modified_at: stats.mtime.toISOString(),
    }),
  );
}
