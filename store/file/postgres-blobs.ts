// Keeps the bytes of files in Postgres, as rows of one size. No transaction is open while bytes arrive or leave: a slow client
// would hold a connection for as long as it likes.
import { filePieceBytesMax } from "../../core/chat/limits.ts";
import type { Queryable } from "../database.ts";
import { BlobMissing, type Blobs } from "./blobs.ts";

export function createPostgresBlobs(db: Queryable): Blobs {
  return {
    async put(id, bytes) {
      let seq = 0;
      const keep = (piece: Buffer) =>
        db.query("insert into file_pieces (file_id, seq, bytes) values ($1, $2, $3)", [id, seq++, piece]);
      for await (const piece of inPieces(bytes)) await keep(piece);
      // An empty file is there, too.
      if (seq === 0) await keep(Buffer.alloc(0));
    },
    async *read(id, bytesMax = Number.POSITIVE_INFINITY) {
      let left = bytesMax;
      for (let seq = 0; left > 0; seq++) {
        const piece = await readPiece(db, id, seq);
        if (piece === null) {
          if (seq === 0) throw new BlobMissing(id);
          return;
        }
        yield piece.subarray(0, left);
        left -= piece.length;
        if (piece.length < filePieceBytesMax) return;
      }
    },
  };
}

async function readPiece(db: Queryable, id: string, seq: number): Promise<Buffer | null> {
  const { rows } = await db.query<{ bytes: Buffer }>(
    "select bytes from file_pieces where file_id = $1 and seq = $2",
    [id, seq],
  );
  return rows[0]?.bytes ?? null;
}

/** The same bytes in pieces of one size, the last one shorter. */
async function* inPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    let rest = chunk;
    while (size + rest.length >= filePieceBytesMax) {
      const room = filePieceBytesMax - size;
      yield Buffer.concat([...held, rest.subarray(0, room)]);
      rest = rest.subarray(room);
      held = [];
      size = 0;
    }
    if (rest.length === 0) continue;
    held.push(rest);
    size += rest.length;
  }
  if (size > 0) yield Buffer.concat(held);
}
