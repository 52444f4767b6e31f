// The bytes of a body: decompressed, counted, and passed on as they arrive.
import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Request } from "express";
import { Refusal } from "../../../core/chat/refusal.ts";

const JSON_TYPES = ["application/json", "application/*+json"];
/** JSON between systems is UTF-8 (RFC 8259); ASCII is part of it. */
const CHARSETS = new Set(["utf-8", "utf8", "us-ascii"]);

/** Whether the request has a body. Throws `Refusal` if the body is not JSON. */
export function hasJsonBody(request: Request): boolean {
  const length = request.headers["content-length"];
  if (request.headers["transfer-encoding"] === undefined && (length === undefined || length === "0"))
    return false;
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(request.headers["content-type"] ?? "")?.[1];
  if (typeof request.is(JSON_TYPES) !== "string") {
    throw unsupported("Content-Type", "send the body as `Content-Type: application/json`");
  }
  if (charset !== undefined && !CHARSETS.has(charset.toLowerCase())) {
    throw unsupported("Content-Type", "JSON is sent as UTF-8");
  }
  return true;
}

/**
 * Passes the body to `take`, piece by piece. After a refusal the rest is read and ignored, so that a client that is still sending
 * receives the answer.
 * @throws Refusal what `take` throws, `body_too_large`, `unsupported_media_type`, `invalid_request` when it cannot be decompressed
 */
export function readBody(request: Request, bytesMax: number, take: (chunk: Buffer) => void): Promise<void> {
  const unpacked = unpackerOf(request);
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let refusal: Error | undefined;
    const refuse = (error: Error) => {
      refusal ??= error;
      if (unpacked === null) return;
      request.unpipe(unpacked);
      unpacked.destroy();
      if (request.readableEnded) reject(refusal);
      else request.resume();
    };
    const onData = (chunk: Buffer) => {
      if (refusal !== undefined) return;
      bytes += chunk.length;
      try {
        if (bytes > bytesMax) throw tooLarge(bytesMax);
        take(chunk);
      } catch (error) {
        refuse(error as Error);
      }
    };
    const onEnd = () => {
      if (refusal !== undefined) reject(refusal);
      else resolve();
    };
    request.once("close", () => {
      if (!request.readableEnded) reject(refusal ?? brokenOff());
    });
    if (unpacked === null) {
      request.on("data", onData).once("end", onEnd).once("error", refuse);
      return;
    }
    unpacked.on("data", onData).once("end", onEnd);
    unpacked.once("error", () => refuse(badBody("Content-Encoding", "the compressed body is damaged")));
    request.once("end", () => refusal !== undefined && reject(refusal));
    request.pipe(unpacked);
  });
}

function unpackerOf(request: Request): Transform | null {
  const encoding = (request.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  switch (encoding) {
    case "identity":
    case "":
      return null;
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      throw unsupported("Content-Encoding", "send the body as it is, or as gzip, deflate or br");
  }
}

export function tooLarge(bytesMax: number): Refusal {
  const message = `may have at most ${Math.floor(bytesMax / 1024)} KiB`;
  return new Refusal("body_too_large", `a body ${message}`, [{ path: "body", message }]);
}

export function badBody(path: string, message: string): Refusal {
  return new Refusal("invalid_request", `${path}: ${message}`, [{ path, message }]);
}

/**
 * The body as it is, piece by piece, at the pace of whoever reads it. If the reader stops early, the rest is read and ignored, so that a
 * client that is still sending receives the answer.
 * @throws Refusal `body_too_large`, `unsupported_media_type` for a compressed body, `invalid_request` when the client breaks off
 */
export async function* bodyChunks(request: Request, bytesMax: number): AsyncGenerator<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  if (!["", "identity"].includes((request.headers["content-encoding"] ?? "").trim().toLowerCase()))
    throw unsupported("Content-Encoding", "send the bytes as they are");
  let bytes = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      yield chunk;
    }
  } catch (error) {
    throw request.readableAborted ? brokenOff() : error;
  } finally {
    if (!request.readableEnded) request.resume();
  }
}

export function unsupported(path: string, message: string): Refusal {
  return new Refusal("unsupported_media_type", message, [{ path, message }]);
}

function brokenOff(): Refusal {
  return badBody("body", "ended before it was complete");
}
