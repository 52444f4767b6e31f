// Tests: an S3-compatible store that others wrote. It does not look at signatures, so that of each request is made once more by the
// signer of AWS's own SDK, and a request with another one is refused.
import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignatureV4 } from "@smithy/signature-v4";
// @ts-expect-error it has no types
import S3rver from "s3rver";
import type { S3Settings } from "../../../store/file/s3-blobs.ts";

interface Server {
  readonly middleware: ((context: Context, next: () => Promise<void>) => Promise<void>)[];
  run(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}

interface Context {
  readonly req: IncomingMessage;
  status: number;
  body: string;
}

export interface S3Server {
  readonly settings: S3Settings;
  /** It is away, and its objects stay. */
  stop(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

// The only ones that it knows.
const accessKeyId = "S3RVER";
const secretAccessKey = "S3RVER";
const region = "us-east-1";

export async function startS3Server(): Promise<S3Server> {
  const directory = mkdtempSync(join(tmpdir(), "everturn-s3-"));
  const open = (port: number): Server => {
    const buckets = [{ name: "files" }];
    const server = new S3rver({
      address: "127.0.0.1",
      port,
      silent: true,
      directory,
      configureBuckets: buckets,
    });
    server.middleware.unshift(refuseWrongSignatures);
    return server;
  };
  let server = open(0);
  const { port } = await server.run();
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    settings: { endpoint, region, bucket: "files", accessKeyId, secretAccessKey, pathStyle: true },
    stop: () => server.close(),
    async start() {
      server = open(port);
      await server.run();
    },
    async remove() {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function refuseWrongSignatures(context: Context, next: () => Promise<void>): Promise<void> {
  if (await isWellSigned(context.req)) return next();
  context.req.resume();
  context.status = 403;
  context.body = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
}

async function isWellSigned({ method = "", url = "", headers }: IncomingMessage): Promise<boolean> {
  const { authorization = "" } = headers;
  const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(";") ?? [];
  const needed = ["host", "x-amz-content-sha256", "x-amz-date"];
  if (!needed.every((name) => names.includes(name))) return false;
  const { pathname, searchParams } = new URL(url, "http://host");
  const signed = await signer.sign(
    {
      method,
      protocol: "http:",
      hostname: headers.host ?? "",
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: Object.fromEntries(names.map((name) => [name, String(headers[name])])),
    },
    { signingDate: dateOf(String(headers["x-amz-date"])) },
  );
  const signatureOf = (text: string | undefined) => /Signature=(\w+)/.exec(text ?? "")?.[1];
  return signatureOf(signed.headers["authorization"]) === signatureOf(authorization);
}

/** `20261129T100000Z` */
function dateOf(text: string): Date {
  return new Date(text.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, "$1-$2-$3:$4:$5"));
}

class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as Uint8Array);
  }
  update(data: unknown): void {
    this.#hash.update(data as Uint8Array);
  }
  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }
}

const signer = new SignatureV4({
  service: "s3",
  region,
  credentials: { accessKeyId, secretAccessKey },
  sha256: Sha256,
  uriEscapePath: false,
  applyChecksum: false,
});
