// The files of a deployment, as API and worker use them: kept and read.
import type { Pool } from "../database.ts";
import type { FileRow } from "./files.ts";
import { type FileKeepDeps, type FileToKeep, keepFile, keepKnownFile } from "./keep-file.ts";
import { moveFiles } from "./move-files.ts";
import { createPostgresBlobs } from "./postgres-blobs.ts";
import { createS3Blobs, ObjectStoreUnavailable, type S3Settings } from "./s3-blobs.ts";
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
  read(file: Pick<FileRow, "id" | "store">, bytesMax?: number): AsyncIterable<Uint8Array>;
  /** Moves bytes into the object store, a round at a time; null: there is none. */
  readonly move: ((signal: AbortSignal) => Promise<boolean>) | null;
  /** Whether the object store is there; null: there is none. @throws ObjectStoreUnavailable */
  readonly ping: (() => Promise<void>) | null;
}

/** What the configuration says about files. */
export interface FileSettings {
  /** Bytes that the files of one user may have together. */
  readonly bytesPerUserMax: number;
  /** Null or absent: files stay in Postgres. */
  readonly objectStore?: S3Settings | null;
  readonly failpoint?: (name: string) => void;
}

export function createFileShelf(pool: Pool, settings: FileSettings): FileShelf {
  const blobs = createPostgresBlobs(pool);
  const { objectStore = null, failpoint = () => undefined } = settings;
  const objects = objectStore === null ? null : createS3Blobs(objectStore);
  const deps: FileKeepDeps = { pool, blobs, fileBytesPerUserMax: settings.bytesPerUserMax };
  return {
    keepTransit: (transit) => keepTransit(deps, transit),
    dropTransit: (id) => dropTransit(pool, id),
    keep: (file) => keepFile(deps, file),
    keepKnown: (file) => keepKnownFile(deps, file),
    read({ id, store }, bytesMax) {
      if (store === "postgres") return blobs.read(id, bytesMax);
      if (objects === null) throw new ObjectStoreUnavailable("is not configured here");
      return objects.read(id, bytesMax);
    },
    move:
      objects === null ? null : (signal) => moveFiles({ pool, pieces: blobs, objects, failpoint }, signal),
    ping: objects === null ? null : () => objects.ping(),
  };
}
