// Doctor: whether there is room for what Everturn writes.
import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { StartError } from "../../dev/start-error.ts";

/** Postgres stops when its disk is full, so it is said while there is still time. */
const freeBytesMin = 1024 ** 3;

export function lookAtDisk(dataDir: string, statfs: typeof statfsSync = statfsSync): string {
  let folder = dataDir;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfs(folder);
  const free = bavail * bsize;
  const words = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
  if (free < freeBytesMin)
    throw new StartError(
      `${words} at ${folder}, and Postgres stops when it is full. Delete what you do not need there, or set EVERTURN_DATA_DIR to a folder on a larger disk.`,
    );
  return words;
}
