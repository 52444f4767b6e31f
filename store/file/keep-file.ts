// Keeps a file: its bytes pass once, are checked and counted on the way, and are a file only when all of them are there. Whatever
// goes wrong leaves nothing; a process that dies leaves a row that the purge finds.
import { createHash } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { fileBytesMax } from "../../core/chat/limits.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import type { MediaType } from "../../core/file/media-type.ts";
import { type Pool, withTransaction } from "../database.ts";
import type { Blobs } from "./blobs.ts";
import { type ByteCheck, createByteCheck, refusedFile } from "./check-bytes.ts";
import { type FileOrigin, type FileRow, findTwin, finishFile, insertUnfinished } from "./files.ts";

export interface FileKeepDeps {
  readonly pool: Pool;
  readonly blobs: Blobs;
  /** Bytes that the files of one user may have together. */
  readonly fileBytesPerUserMax: number;
}

export interface FileToKeep {
  readonly owner_id: string;
  readonly name: string;
  readonly media_type: MediaType;
  readonly origin: FileOrigin;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** The message that names it from the beginning, in the same transaction. */
  readonly named_by?: { readonly chat_id: string; readonly message_id: number };
}

/** @throws Refusal `file_refused`, `file_quota_reached`, and what the source of the bytes throws */
export async function keepFile(deps: FileKeepDeps, file: FileToKeep): Promise<FileRow> {
  const { owner_id, name, media_type, origin } = file;
  const id = uuidv7();
  const row = { id, owner_id, name, media_type, origin };
  const { fileBytesPerUserMax } = deps;
  if (!(await insertUnfinished(deps.pool, row, fileBytesPerUserMax))) throw quotaReached(fileBytesPerUserMax);
  try {
    const passed = new PassedBytes(createByteCheck(media_type));
    await deps.blobs.put(id, passed.through(file.bytes));
    return await finish(deps, { ...passed.sum(), id, owner_id }, file.named_by);
  } catch (error) {
    // The pieces go with the row. If the database is away, the purge does it.
    await deps.pool.query("delete from files where id = $1", [id]).catch(() => undefined);
    throw error;
  }
}

/** The same for bytes that are in memory: if the user has the same file already, that one. */
export async function keepKnownFile(
  deps: FileKeepDeps,
  file: Omit<FileToKeep, "bytes"> & { readonly bytes: Uint8Array },
): Promise<FileRow> {
  const { owner_id, name, media_type, bytes } = file;
  if (bytes.length > fileBytesMax)
    throw refusedFile(`a file may have at most ${fileBytesMax / 1024 ** 2} MiB`);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const twin = await findTwin(deps.pool, { owner_id, name, media_type, sha256 });
  if (twin === null) return keepFile(deps, { ...file, bytes: oneChunk(bytes) });
  if (file.named_by !== undefined) await nameFile(deps.pool, twin.id, file.named_by);
  return twin;
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

interface Sum {
  readonly size: number;
  readonly sha256: string;
}

/** Bytes on their way from the client into the store. */
class PassedBytes {
  readonly #check: ByteCheck;
  readonly #hash = createHash("sha256");
  #size = 0;

  constructor(check: ByteCheck) {
    this.#check = check;
  }

  async *through(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      await this.#check.take(chunk);
      this.#hash.update(chunk);
      this.#size += chunk.length;
      yield chunk;
    }
    await this.#check.end();
  }

  sum(): Sum {
    return { size: this.#size, sha256: this.#hash.digest("hex") };
  }
}

async function finish(
  { pool, fileBytesPerUserMax }: FileKeepDeps,
  finished: Sum & { readonly id: string; readonly owner_id: string },
  namedBy: FileToKeep["named_by"],
): Promise<FileRow> {
  return withTransaction(pool, async (tx) => {
    const row = await finishFile(tx, finished, fileBytesPerUserMax);
    if (row === null) throw quotaReached(fileBytesPerUserMax);
    if (namedBy !== undefined) await nameFile(tx, row.id, namedBy);
    return row;
  });
}

async function nameFile(
  db: Pick<Pool, "query">,
  fileId: string,
  { chat_id, message_id }: NonNullable<FileToKeep["named_by"]>,
): Promise<void> {
  // The chat may have been deleted meanwhile: then nobody names the file, and the purge takes it.
  await db.query(
    `insert into message_files (chat_id, message_id, file_id) select id, $2, $3 from chats where id = $1
     on conflict do nothing`,
    [chat_id, message_id, fileId],
  );
}

function quotaReached(bytesMax: number): Refusal {
  const room = `${Math.floor(bytesMax / 1024 ** 2)} MiB`;
  return new Refusal("file_quota_reached", `your files may have ${room} together; delete some first`);
}
