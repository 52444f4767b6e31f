// The port of what keeps the bytes of files. Rows in `files` say what there is; a blob without a row is waste, and is removed.

export interface Blobs {
  /** Keeps the bytes as they come, at the pace of the store. If it throws, or the source does, what is there goes with the file's row. */
  put(id: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /** The first `bytesMax` bytes (absent: all), at the pace of the reader. Throws `BlobMissing`. */
  read(id: string, bytesMax?: number): AsyncIterable<Uint8Array>;
}

/** The row is there, the bytes are not: the file was deleted in this moment, or a backup is older than the rows. */
export class BlobMissing extends Error {
  constructor(id: string) {
    super(`the bytes of file ${id} are not there`);
    this.name = "BlobMissing";
  }
}

/** Everything, in one piece of memory. */
export async function gathered(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}
