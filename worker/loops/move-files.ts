// The loop that moves files into the object store, where there is one. Every worker has it: each file is moved by one.
import type { Logger } from "pino";
import type { FileShelf } from "../../store/file/file-shelf.ts";
import { type Loop, startLoop } from "./loop.ts";

const MOVE_EVERY_MS = 5_000;

export function startFileMover({ move }: Pick<FileShelf, "move">, logger: Logger): readonly Loop[] {
  if (move === null) return [];
  const stopping = new AbortController();
  const work = async () => ((await move(stopping.signal)) && !stopping.signal.aborted ? "more" : undefined);
  const loop = startLoop("file-mover", MOVE_EVERY_MS, { work, logger });
  return [{ stop: () => (stopping.abort(new Error("the worker ends")), loop.stop()) }];
}
