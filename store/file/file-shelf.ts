// The files of a deployment, as API and worker use them: kept and read.
import type { Pool } from "../database.ts";
import type { FileRow } from "./files.ts";
import { type FileKeepDeps, type FileToKeep, keepFile, keepKnownFile } from "./keep-file.ts";
import { createPostgresBlobs } from "./postgres-blobs.ts";
import { dropTransit, keepTransit, type NewTransit, type Transit } from "./transit.ts";

export interface FileShelf {
  /** Keeps bytes on their way between a client and a workspace, until `dropTransit`. @throws Refusal `file_too_large` */
  keepTransit(transit: NewTransit): Promise<Transit>;
  dropTransit(id: string): Promise<void>;
  /** Keeps a file as its bytes come. @throws Refusal `file_refused`, `file_quota_reached` */
  keep(file: FileToKeep): Promise<FileRow>;
  /** Keeps bytes that are in memory; the same file again is the same file. @throws Refusal as `keep` */
  keepKnown(file: Omit<FileToKeep, "bytes"> & { readonly bytes: Uint8Array }): Promise<FileRow>;
  /** The file's bytes, or their beginning. Throws `BlobMissing`. */
  read(file: Pick<FileRow, "id">, bytesMax?: number): AsyncIterable<Uint8Array>;
}

/** What the configuration says about files. */
export interface FileSettings {
  /** Bytes that the files of one user may have together. */
  readonly bytesPerUserMax: number;
}

export function createFileShelf(pool: Pool, settings: FileSettings): FileShelf {
  const blobs = createPostgresBlobs(pool);
  const deps: FileKeepDeps = { pool, blobs, fileBytesPerUserMax: settings.bytesPerUserMax };
  return {
    keepTransit: (transit) => keepTransit(deps, transit),
    dropTransit: (id) => dropTransit(pool, id),
    keep: (file) => keepFile(deps, file),
    keepKnown: (file) => keepKnownFile(deps, file),
    read: ({ id }, bytesMax) => blobs.read(id, bytesMax),
  };
}
