// Files on their way into volumes. The engine takes archives for containers only, whether they run or not.
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { type Header, pack } from "tar-stream";
import { WorkspaceError } from "../../driver.ts";
import { type Engine, orNull } from "./engine.ts";
import { insideUserId } from "./place.ts";

export interface ArchiveEntry {
  readonly header: Partial<Header> & { readonly name: string };
  readonly content?: string | Buffer;
}

export const byRoot = { uid: 0, gid: 0 };
export const byUser = { uid: insideUserId, gid: insideUserId };

/** The archive as a stream. Destroy it if you do not read it to the end. */
export function archiveOf(entries: AsyncIterable<ArchiveEntry> | Iterable<ArchiveEntry>): Readable {
  const archive = pack();
  const write = async () => {
    for await (const { header, content = "" } of entries)
      await new Promise<void>((resolve, reject) => {
        archive.entry(header, content, (error) => (error ? reject(error) : resolve()));
      });
    archive.finalize();
  };
  // A file of this machine that cannot be read is no fault of the engine.
  write().catch((error: Error) =>
    archive.destroy(
      new WorkspaceError("driver_failed", `What should be sent cannot be read: ${error.message}`),
    ),
  );
  return Readable.from(archive, { objectMode: false });
}

/**
 * Everything below `folder`, under `below`, folders before what is in them. Links are sent as links and never followed: what
 * is outside the folder stays there. Sockets and devices are left out.
 */
export async function* entriesBelow(folder: string, below: string): AsyncGenerator<ArchiveEntry> {
  for (const name of (await readdir(folder)).toSorted()) {
    const source = join(folder, name);
    const found = await lstat(source);
    // Their times too: packers of archives refuse files older than 1980.
    const common = { ...byUser, name: `${below}/${name}`, mode: found.mode & 0o777, mtime: found.mtime };
    if (found.isSymbolicLink())
      yield { header: { ...common, type: "symlink", linkname: await readlink(source) } };
    // A template's files are 64 MiB at most (workspaces/templates/template-limits.ts).
    if (found.isFile()) yield { header: { ...common, type: "file" }, content: await readFile(source) };
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
  // It has no body, but it holds its connection until it is read.
  answer?.resume();
  return answer !== null;
}
