// Bytes on their way between a client and a workspace: kept as those of files are, but no file that anybody sees. Whoever is done
// with them drops them; the purge takes what a process that died has left.
import { v7 as uuidv7 } from "uuid";
import { Refusal } from "../../core/chat/refusal.ts";
import type { Pool } from "../database.ts";
import type { Blobs } from "./blobs.ts";

export interface Transit {
  readonly id: string;
  readonly size: number;
}

export interface NewTransit {
  readonly owner_id: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly bytesMax: number;
}

/** @throws Refusal `file_too_large`, and what the source of the bytes throws; then nothing stays */
export async function keepTransit(
  { pool, blobs }: { readonly pool: Pool; readonly blobs: Blobs },
  { owner_id, bytes, bytesMax }: NewTransit,
): Promise<Transit> {
  const id = uuidv7();
  await pool.query(
    `insert into files (id, owner_id, name, media_type, origin)
     values ($1, $2, 'in transit', 'application/octet-stream', 'transit')`,
    [id, owner_id],
  );
  let size = 0;
  const counted = async function* () {
    for await (const chunk of bytes) {
      size += chunk.length;
      if (size > bytesMax) throw tooLarge(bytesMax);
      yield chunk;
    }
  };
  try {
    await blobs.put(id, counted());
    return { id, size };
  } catch (error) {
    await dropTransit(pool, id).catch(() => undefined);
    throw error;
  }
}

export async function dropTransit(pool: Pool, id: string): Promise<void> {
  await pool.query("delete from files where id = $1 and origin = 'transit'", [id]);
}

function tooLarge(bytesMax: number): Refusal {
  return new Refusal("file_too_large", `at most ${bytesMax / 1024 ** 2} MiB pass at a time`);
}
