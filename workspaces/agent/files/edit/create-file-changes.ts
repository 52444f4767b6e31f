// The workspace agent runs inside the workspace. This file: changes of its files, one after another.
import type { FileChanges } from "../../api.ts";
import type { Root } from "../place/root.ts";
import { readBytes } from "../read/read-bytes.ts";
import { statFile } from "../read/stat-file.ts";
import { inOwnWords } from "../system-fault.ts";
import { writeFile } from "../write/write-file.ts";
import { editFiles } from "./edit-files.ts";

/**
 * Writes and edits take turns: two edits of one file, asked for side by side, both build on the text as it is, and one would
 * undo the other. What commands in the workspace change meanwhile is noticed before a file is replaced.
 */
export function createFileChanges(root: Root): FileChanges {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(signal: AbortSignal, change: () => Promise<T>): Promise<T> => {
    const turn = last.then(() => {
      signal.throwIfAborted();
      return inOwnWords(change);
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    stat: (args) => inOwnWords(() => statFile(root, args)),
    readBytes: (args, signal) => inOwnWords(() => readBytes(root, args, signal)),
    writeFile: (args, signal) => inTurn(signal, () => writeFile(root, args, signal)),
    editFiles: (args, signal) => inTurn(signal, () => editFiles(root, args, signal)),
  };
}
