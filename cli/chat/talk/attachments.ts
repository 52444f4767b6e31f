// Files that go with the next message.
import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, extname, join, resolve } from "node:path";
import type { Everturn } from "../../../client/index.ts";
import { StartError } from "../../../dev/start-error.ts";
import { cleanLine } from "../text/clean.ts";

/** What the API takes (docs/files.md). Other files count as text where they are UTF-8. */
const TYPES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".pdf": "application/pdf",
  ".csv": "text/csv",
  ".md": "text/markdown",
  ".json": "application/json",
};
/** Read whole into memory; the server's own limit is lower. */
const fileBytesMax = 64 * 1024 * 1024;

export interface Attachment {
  readonly file_id: string;
  readonly name: string;
}

/** Where a path is that somebody typed, or dragged into the terminal, which quotes it. */
export function pathOf(typed: string): string {
  const bare = /^(['"])(.*)\1$/u.exec(typed)?.[2] ?? typed;
  return resolve(bare === "~" || bare.startsWith("~/") ? join(homedir(), bare.slice(1)) : bare);
}

export async function upload(client: Everturn, typed: string): Promise<Attachment> {
  const shown = cleanLine(typed);
  const path = pathOf(typed);
  const data = readAttachment(path, shown);
  const known = TYPES[extname(path).toLowerCase()];
  if (known === undefined && !isText(data))
    throw new StartError(`${shown} is neither text nor a picture or PDF that can be attached.`);
  const name = basename(path);
  const file = await client.files.upload({ data, name, type: known ?? "text/plain" });
  return { file_id: file.id, name };
}

function readAttachment(path: string, shown: string): Uint8Array<ArrayBuffer> {
  try {
    const { size } = statSync(path);
    if (size > fileBytesMax) throw new StartError(`${shown} is larger than ${fileBytesMax / 1024 ** 2} MiB.`);
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`${shown} cannot be read: ${(error as Error).message}`);
  }
}

function isText(data: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(data);
    return !data.includes(0);
  } catch {
    return false;
  }
}
