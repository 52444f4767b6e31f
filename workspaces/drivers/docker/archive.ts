// Files on their way into volumes. The engine takes archives for containers only, whether they run or not.
import { createReadStream } from "node:fs";
import { lstat, opendir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { type Header, type Pack, pack } from "tar-stream";
import { WorkspaceError } from "../../driver.ts";
import { type Engine, orNull } from "./engine.ts";
import { insideUserId } from "./place.ts";

export interface ArchiveEntry {
  readonly header: Partial<Header> & { readonly name: string };
  /** The bytes, or the file on this machine that has them. */
  readonly content?: string | { readonly file: string };
}

export const byRoot = { uid: 0, gid: 0 };
export const byUser = { uid: insideUserId, gid: insideUserId };

/** The archive as a stream. Destroy it when nobody reads on. */
export function archiveOf(entries: AsyncIterable<ArchiveEntry> | Iterable<ArchiveEntry>): Readable {
  const archive = pack();
  const write = async () => {
    for await (const entry of entries) await writeEntry(archive, entry);
    archive.finalize();
  };
  // What cannot be read on this machine is no fault of the engine.
  write().catch((error: Error) =>
    archive.destroy(
      new WorkspaceError("driver_failed", `What should be sent cannot be read: ${error.message}`),
    ),
  );
  return Readable.from(archive, { objectMode: false });
}

async function writeEntry(archive: Pack, { header, content = "" }: ArchiveEntry): Promise<void> {
  if (typeof content === "object" && header.size !== 0) {
    // Not more than was announced, should it grow meanwhile.
    const source = createReadStream(content.file, { end: (header.size ?? 0) - 1 });
    await pipeline(source, archive.entry(header));
    return;
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const bytes = typeof content === "string" ? content : "";
  archive.entry(header, bytes, (error) => (error ? reject(error) : resolve()));
  await promise;
}

/**
 * Everything below `folder`, under `below`, folders before what is in them. Links are sent as links and never followed: what
 * lies outside the folder stays there. Sockets and devices are left out.
 */
export async function* entriesBelow(folder: string, below: string): AsyncGenerator<ArchiveEntry> {
  const names: string[] = [];
  for await (const { name } of await opendir(folder)) names.push(name);
  for (const name of names.toSorted()) {
    const source = join(folder, name);
    const found = await lstat(source);
    // Their times too: packers of archives refuse files older than 1980.
    const common = { ...byUser, name: `${below}/${name}`, mode: found.mode & 0o777, mtime: found.mtime };
    if (found.isSymbolicLink())
      yield { header: { ...common, type: "symlink", linkname: await readlink(source) } };
    if (found.isFile())
      yield { header: { ...common, type: "file", size: found.size }, content: { file: source } };
    if (found.isDirectory()) {
      yield { header: { ...common, type: "directory" } };
      yield* entriesBelow(source, common.name);
    }
  }
}

export interface SendArchiveInput {
  readonly container: string;
  /** A folder inside. */
  readonly to: string;
  readonly archive: Readable;
}

export async function sendArchive(
  engine: Engine,
  { container, to, archive }: SendArchiveInput,
): Promise<void> {
  const what = `unpack files in the container ${container}`;
  // An archive that breaks off does not end the call by itself when it did so before the call began.
  const broken = new AbortController();
  finished(archive).catch((error: unknown) => broken.abort(engine.inWords(error, what)));
  const ends = [broken.signal, ...(engine.signal === undefined ? [] : [engine.signal])];
  try {
    await engine
      .during(AbortSignal.any(ends))
      .call(what, (docker, options) =>
        docker.getContainer(container).putArchive(archive, { ...options, path: to }),
      );
  } finally {
    archive.destroy();
  }
}

/** Whether a container has this path. */
export async function isInside(engine: Engine, container: string, path: string): Promise<boolean> {
  const asked = engine.call(`look for ${path} in the container ${container}`, (docker, options) =>
    docker.getContainer(container).infoArchive({ ...options, path }),
  );
  const answer = (await orNull(asked)) as Readable | null;
  // It has no body, and yet holds its connection until somebody has read it.
  answer?.resume();
  return answer !== null;
}
