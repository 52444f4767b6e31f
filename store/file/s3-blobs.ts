// Bytes of files as objects of an S3-compatible store. The id of a file is the name of its object, so putting it twice is putting it once.
import { AwsClient } from "aws4fetch";
import { BlobMissing } from "./blobs.ts";

export interface S3Settings {
  /** Without a path, such as `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The bucket stands in the path instead of the host's name. */
  readonly pathStyle: boolean;
}

/** The store cannot be reached, or does not let us in: an outage, which is waited out (`platform/classify-failure.ts`). */
export class ObjectStoreUnavailable extends Error {
  constructor(words: string, cause?: unknown) {
    super(`the store of files ${words}`, { cause });
    this.name = "ObjectStoreUnavailable";
  }
}

/** What is known of a file before it is put. */
export interface KnownBytes {
  readonly id: string;
  readonly size: number;
  /** Hex. The store refuses other bytes. */
  readonly sha256: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface ObjectBlobs {
  put(file: KnownBytes, signal?: AbortSignal): Promise<void>;
  /** The first `bytesMax` bytes. @throws BlobMissing, ObjectStoreUnavailable */
  read(id: string, bytesMax?: number): AsyncIterable<Uint8Array>;
  /** Also of one that is not there. */
  remove(id: string): Promise<void>;
  /** Whether the bucket is there and ours to use. @throws ObjectStoreUnavailable */
  ping(): Promise<void>;
}

/** An object of 10 MiB takes a second. */
export const objectCallMaxMs = 60_000;
const pingMaxMs = 2_000;
/** Of an error's XML, the code stands at its beginning. */
const errorBytesMax = 2_000;

export function createS3Blobs(settings: S3Settings): ObjectBlobs {
  const { accessKeyId, secretAccessKey, region } = settings;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: 0 });
  const root = bucketAddress(settings);
  const call = async (path: string, init: RequestInit & { timeoutMs?: number }) => {
    const { timeoutMs = objectCallMaxMs, signal, ...request } = init;
    const stop = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
    // Signed apart, since a body that is a stream must not be read for it.
    const { body, ...unsent } = request;
    const signed = await client.sign(`${root}${path}`, unsent);
    const sent = { method: signed.method, headers: signed.headers, redirect: "error" as const, signal: stop };
    return fetch(signed.url, body == null ? sent : { ...sent, body, duplex: "half" }).catch(
      (error: unknown) => {
        throw new ObjectStoreUnavailable("cannot be reached", error);
      },
    );
  };
  return {
    async put({ id, size, sha256, bytes }, signal) {
      const answer = await call(keyOf(id), {
        method: "PUT",
        headers: { "X-Amz-Content-Sha256": sha256, "Content-Length": String(size) },
        body: ReadableStream.from(bytes),
        ...(signal !== undefined && { signal }),
      });
      await requireGood(answer);
      await answer.body?.cancel();
    },
    async *read(id, bytesMax) {
      if (bytesMax === 0) return;
      const part = bytesMax === undefined ? {} : { Range: `bytes=0-${bytesMax - 1}` };
      const answer = await call(keyOf(id), { method: "GET", headers: part });
      // A range of an empty object.
      if (answer.status === 416) {
        await answer.body?.cancel();
        return;
      }
      await requireGood(answer, id);
      let left = bytesMax ?? Number.POSITIVE_INFINITY;
      for await (const chunk of cutOff(answer)) {
        yield chunk.subarray(0, left);
        left -= chunk.length;
        if (left <= 0) return;
      }
    },
    async remove(id) {
      const answer = await call(keyOf(id), { method: "DELETE" });
      await requireGood(answer, id).catch((error: unknown) => {
        if (!(error instanceof BlobMissing)) throw error;
      });
      if (answer.ok) await answer.body?.cancel();
    },
    async ping() {
      // There is no such object: what counts is that the store says so, and not that we may not look.
      const answer = await call(keyOf("ping"), { method: "GET", timeoutMs: pingMaxMs });
      await requireGood(answer, "ping").catch((error: unknown) => {
        if (!(error instanceof BlobMissing)) throw error;
      });
      if (answer.ok) await answer.body?.cancel();
    },
  };
}

/** Beside whatever else the bucket may hold. */
function keyOf(id: string): string {
  return `/everturn/files/${id}`;
}

function bucketAddress({ endpoint, bucket, pathStyle }: S3Settings): string {
  const { protocol, host } = new URL(endpoint);
  return pathStyle ? `${protocol}//${host}/${bucket}` : `${protocol}//${bucket}.${host}`;
}

/** A body that ends early fails: its length is in its head. */
async function* cutOff(answer: Response): AsyncGenerator<Uint8Array> {
  const expected = Number(answer.headers.get("content-length") ?? Number.NaN);
  let size = 0;
  try {
    for await (const chunk of answer.body ?? []) {
      size += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw new ObjectStoreUnavailable("has broken off", error);
  }
  if (size < expected) throw new ObjectStoreUnavailable("has broken off");
}

/** @throws BlobMissing when there is no object `id`, ObjectStoreUnavailable for every other refusal: none of them is about the file */
async function requireGood(answer: Response, id?: string): Promise<void> {
  if (answer.ok) return;
  const text = await textOf(answer);
  const code = /<Code>([A-Za-z]{1,64})<\/Code>/.exec(text)?.[1] ?? "no code";
  if (answer.status === 404 && code === "NoSuchKey" && id !== undefined) throw new BlobMissing(id);
  throw new ObjectStoreUnavailable(`answers ${answer.status} (${code})`);
}

async function textOf(answer: Response): Promise<string> {
  let text = "";
  try {
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString("latin1");
      if (text.length > errorBytesMax) break;
    }
  } catch {
    // Its status says enough.
  }
  return text;
}
