// Workspaces: drivers make the place. This file: archives for the engine, as POSIX.1-1988 "ustar" with the extended
// headers of POSIX.1-2001 ("pax") where a name does not fit. Only what we send: files, folders, symbolic links.
import { createReadStream } from "node:fs";

interface TarOwner {
  /** Relative, `/` between folders. */
  readonly path: string;
  /** Permission bits; set-user-id and the like are dropped. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970; 0 when absent, so that the same content is the same archive. */
  readonly modifiedAt?: number;
}

export type TarEntry = TarOwner &
  (
    | { readonly type: "folder" }
    | { readonly type: "link"; readonly target: string }
    | { readonly type: "file"; readonly bytes: Uint8Array }
    /** Read while it is sent, so that a large file is never in memory. */
    | { readonly type: "file-on-disk"; readonly source: string; readonly size: number }
  );

// Everything in an archive comes in blocks of this size.
const blockBytes = 512;
// Longer names go into an extended header: the header has 100 bytes for them.
const nameBytesMax = 100;
// What eleven octal digits hold; larger files would need an extended header that nobody here needs.
const fileBytesMax = 8 ** 11 - 1;
// An archive ends with two empty blocks.
const endBytes = 2 * blockBytes;

/** The archive of the entries in their order, in pieces. Throws when a file changes its length while it is read. */
export async function* writeTar(
  entries: AsyncIterable<TarEntry> | Iterable<TarEntry>,
): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) {
    yield* headerOf(entry);
    if (entry.type === "file") yield padded(entry.bytes);
    if (entry.type === "file-on-disk") yield* contentOf(entry);
  }
  yield Buffer.alloc(endBytes);
}

async function* contentOf(entry: {
  readonly source: string;
  readonly size: number;
}): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of createReadStream(entry.source) as AsyncIterable<Buffer>) {
    sent += chunk.length;
    if (sent > entry.size) break;
    yield chunk;
  }
  if (sent !== entry.size) throw new Error(`${entry.source} changed while it was sent`);
  yield Buffer.alloc(paddingOf(entry.size));
}

function* headerOf(entry: TarEntry): Generator<Uint8Array> {
  const path = entry.type === "folder" ? `${entry.path}/` : entry.path;
  const target = entry.type === "link" ? entry.target : "";
  const records = [
    ...(fits(path) ? [] : [paxRecord("path", path)]),
    ...(fits(target) ? [] : [paxRecord("linkpath", target)]),
  ];
  if (records.length > 0) {
    const extended = Buffer.concat(records);
    yield block({ entry, path: "extended-header", target: "", flag: "x", size: extended.length });
    yield padded(extended);
  }
  const flag = entry.type === "folder" ? "5" : entry.type === "link" ? "2" : "0";
  yield block({ entry, path, target, flag, size: sizeOf(entry) });
}

interface Header {
  readonly entry: TarEntry;
  readonly path: string;
  readonly target: string;
  readonly flag: string;
  readonly size: number;
}

/** One header block: offsets and widths are those of the ustar layout in POSIX.1-1988, section 10.1.1. */
function block({ entry, path, target, flag, size }: Header): Buffer {
  const header = Buffer.alloc(blockBytes);
  Buffer.from(path).copy(header, 0, 0, nameBytesMax);
  header.write(octal(entry.mode & 0o777, 8), 100, "ascii");
  header.write(octal(entry.uid, 8), 108, "ascii");
  header.write(octal(entry.gid, 8), 116, "ascii");
  header.write(octal(size, 12), 124, "ascii");
  header.write(octal(Math.max(0, Math.floor(entry.modifiedAt ?? 0)), 12), 136, "ascii");
  header.write(flag, 156, "ascii");
  Buffer.from(target).copy(header, 157, 0, nameBytesMax);
  header.write("ustar", 257, "ascii");
  header.write("00", 263, "ascii");
  // The sum is taken with its own field as spaces.
  header.fill(" ", 148, 156);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "ascii");
  return header;
}

/** `<length of all of it> <key>=<value>\n`: the length counts its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function sizeOf(entry: TarEntry): number {
  const size = entry.type === "file" ? entry.bytes.length : entry.type === "file-on-disk" ? entry.size : 0;
  if (size > fileBytesMax) throw new Error(`${entry.path} is too large for an archive`);
  return size;
}

/** Names beyond ASCII have no defined encoding in a plain header. */
function fits(name: string): boolean {
  return name.length <= nameBytesMax && /^[\x20-\x7e]*$/.test(name);
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, "0")}\0`;
}

function padded(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, Buffer.alloc(paddingOf(bytes.length))]);
}

function paddingOf(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes;
}
