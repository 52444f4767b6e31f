// Sends bytes as a download, at the pace of the client. A browser never shows or runs them as a page of ours.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Response } from "express";
import { readerStallMaxMs } from "../../../core/chat/limits.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import { BlobMissing } from "../../../store/file/blobs.ts";
import type { FileRow } from "../../../store/file/files.ts";
import type { ApiDeps } from "../../deps.ts";
import { TAKEN_OVER } from "../../http/route.ts";

interface SentFile {
  readonly name: string;
  readonly media_type: string;
  readonly size: number;
}

/**
 * Sends the bytes of a file. Their first piece is read before the answer begins, so that a file whose bytes cannot be had is still a proper
 * refusal. Later the connection is cut: a client sees from `Content-Length` that something is missing.
 * @throws what `bytes` throws before the first piece
 */
export async function sendFile(
  response: Response,
  file: SentFile,
  bytes: AsyncIterable<Uint8Array>,
): Promise<typeof TAKEN_OVER> {
  const pieces = bytes[Symbol.asyncIterator]();
  const first = await pieces.next();
  response.attachment(file.name);
  response.set("Content-Type", file.media_type);
  response.set("Content-Length", String(file.size));
  // Somebody who reads nothing holds a socket and a piece.
  response.setTimeout(readerStallMaxMs, () => void response.destroy());
  const all = async function* () {
    for (let next = first; next.done !== true; next = await pieces.next()) yield next.value;
  };
  if (response.req.method === "HEAD") {
    await pieces.return?.();
    response.end();
    return TAKEN_OVER;
  }
  await pipeline(Readable.from(all()), response).catch((error: unknown) => {
    if (!response.destroyed) throw error;
  });
  return TAKEN_OVER;
}

/** Sends a stored file that the caller may have. @throws Refusal `file_not_found` when it was deleted since its row was read */
export async function sendStored(
  { files }: Pick<ApiDeps, "files">,
  response: Response,
  row: FileRow,
): Promise<typeof TAKEN_OVER> {
  try {
    return await sendFile(response, row, files.read(row));
  } catch (error) {
    throw error instanceof BlobMissing ? new Refusal("file_not_found") : error;
  }
}
