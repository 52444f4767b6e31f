// Moves the bytes of files from Postgres into the object store, and removes objects whose files are gone. Each step may be done again:
// uploads never wait for the store, and a store that is away costs no file.
import type { Pool, Queryable } from "../database.ts";
import type { Blobs } from "./blobs.ts";
import { type ObjectBlobs, objectCallMaxMs } from "./s3-blobs.ts";

export interface MoveDeps {
  readonly pool: Pool;
  readonly pieces: Pick<Blobs, "read">;
  readonly objects: ObjectBlobs;
  readonly failpoint: (name: string) => void;
  /** Absent: `piecesKeepS`. */
  readonly keepS?: number;
}

/** Longer than a move can take: until then nobody else moves the file, and its object is not removed. */
const moveMaxS = (5 * objectCallMaxMs) / 1000;
/** How long pieces stay when the object is there: whoever began to read them is done by then. */
const piecesKeepS = 900;
const batchMax = 20;
const againAfterS = 60;

interface ToMove {
  readonly id: string;
  readonly size: number;
  readonly sha256: string;
}

/** One round of a worker. Resolves with whether there may be more to do. @throws ObjectStoreUnavailable */
export async function moveFiles(deps: MoveDeps, signal: AbortSignal): Promise<boolean> {
  const { pool, keepS = piecesKeepS } = deps;
  let moved = 0;
  for (; moved < batchMax && !signal.aborted; moved++) {
    const file = await claimFile(pool);
    if (file === null) break;
    await moveFile(deps, file, signal);
  }
  const dropped = await dropPieces(pool, keepS);
  const removed = await removeObjects(deps, Math.min(keepS, moveMaxS));
  return [moved, dropped, removed].some((count) => count === batchMax);
}

/** Notes the move before it is made: should the file be deleted meanwhile, its object is found. */
async function claimFile(db: Queryable): Promise<ToMove | null> {
  const { rows } = await db.query<ToMove>(
    `update files set moved_at = now() where id = (select id from files
       where store = 'postgres' and ready_at is not null
         and (moved_at is null or moved_at < now() - make_interval(secs => $1))
       order by id limit 1 for update skip locked) returning id, size, sha256`,
    [moveMaxS],
  );
  return rows[0] ?? null;
}

async function moveFile(deps: MoveDeps, file: ToMove, signal: AbortSignal): Promise<void> {
  const { pool, pieces, objects, failpoint } = deps;
  failpoint("moveFile:claimed");
  try {
    await objects.put({ ...file, bytes: pieces.read(file.id) }, signal);
  } catch (error) {
    // Tried again soon, and not before others: one file that cannot be moved must not keep them here.
    await pool.query(
      `update files set moved_at = now() - make_interval(secs => $2)
       where id = $1 and store = 'postgres'`,
      [file.id, moveMaxS - againAfterS],
    );
    throw error;
  }
  failpoint("moveFile:put");
  await pool.query("update files set store = 'both', moved_at = now() where id = $1 and store = 'postgres'", [
    file.id,
  ]);
}

async function dropPieces(db: Queryable, keepS: number): Promise<number> {
  const { rowCount } = await db.query(
    `with old as (update files set store = 's3' where id in (select id from files
         where store = 'both' and moved_at < now() - make_interval(secs => $1) limit $2) returning id),
       gone as (delete from file_pieces using old where file_id = old.id)
     select from old`,
    [keepS, batchMax],
  );
  return rowCount ?? 0;
}

/** A move that is under way may still put the object of a deleted file: so not before it must have ended. */
async function removeObjects({ pool, objects }: MoveDeps, afterS: number): Promise<number> {
  const { rows } = await pool.query<{ file_id: string }>(
    "select file_id from objects_to_delete where since < now() - make_interval(secs => $1) order by since limit $2",
    [afterS, batchMax],
  );
  for (const { file_id } of rows) {
    await objects.remove(file_id);
    await pool.query("delete from objects_to_delete where file_id = $1", [file_id]);
  }
  return rows.length;
}
