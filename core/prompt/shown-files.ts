// Which files of a history a model request carries. Pure, and stable: the choice for a longer history differs from that for its
// beginning only where the limits are reached, so that the early prompt stays the same from step to step.
import { requestFileBytesMax, requestFilesMax } from "../chat/limits.ts";

export interface SizedFile {
  readonly file_id: string;
  /** Bytes that the request would carry. */
  readonly bytes: number;
}

export interface FileRoom {
  readonly bytesMax: number;
  readonly filesMax: number;
}

const ROOM: FileRoom = { bytesMax: requestFileBytesMax, filesMax: requestFilesMax };

/**
 * The ids of the files to send, of those in the order of the history. When one more does not fit, the oldest go until half of the
 * room is free: if each new file pushed out one old one, the prompt would change early, and miss the cache, in each step.
 */
export function chooseShownFiles(files: readonly SizedFile[], room: FileRoom = ROOM): ReadonlySet<string> {
  const shown = new Map<string, number>();
  let bytes = 0;
  const drop = (id: string, size: number) => {
    shown.delete(id);
    bytes -= size;
  };
  for (const file of files) {
    // Named again, it is sent where it stood first.
    if (shown.has(file.file_id)) continue;
    if (bytes + file.bytes > room.bytesMax || shown.size + 1 > room.filesMax) {
      for (const [id, size] of shown) {
        const fits = bytes + file.bytes <= room.bytesMax / 2 && shown.size + 1 <= room.filesMax / 2;
        if (fits) break;
        drop(id, size);
      }
    }
    if (file.bytes > room.bytesMax) continue;
    shown.set(file.file_id, file.bytes);
    bytes += file.bytes;
  }
  return new Set(shown.keys());
}
