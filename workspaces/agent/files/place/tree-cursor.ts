// Walks trees of any depth: a cursor is in one folder and moves by one name at a time, so its paths stay short.
import { type BigIntStats, constants, type Dirent } from "node:fs";
import { access, type FileHandle, lchown, open, readdir } from "node:fs/promises";

const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** A folder above the cursor, with its identity, so that the way back can be checked. */
interface FolderAbove {
  readonly path: Buffer;
  readonly stats: BigIntStats;
}

/**
 * Names are bytes, because not all names are UTF-8. Only one descriptor is open, however deep the cursor is. Systems without /proc get ordinary
 * paths, so a tree that is deeper than a path may be long fails there with ENAMETOOLONG.
 */
export class TreeCursor {
  #handle: FileHandle;
  #path: Buffer;
  readonly #hasDescriptorPaths: boolean;
  readonly #above: FolderAbove[] = [];
  readonly #names: string[] = [];

  private constructor(handle: FileHandle, path: Buffer, hasDescriptorPaths: boolean) {
    this.#handle = handle;
    this.#hasDescriptorPaths = hasDescriptorPaths;
    this.#path = this.#shortest(path);
  }

  /** Starts in `folder`, which must not be a link. The caller closes the cursor. Throws the system's errors. */
  static async at(folder: string): Promise<TreeCursor> {
    const path = Buffer.from(folder);
    const handle = await open(path, folderFlags);
    const hasDescriptorPaths = await access(descriptorPath(handle)).then(
      () => true,
      () => false,
    );
    return new TreeCursor(handle, path, hasDescriptorPaths);
  }

  /** Names from the starting folder down, for messages. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** The path of a name in the current folder. Valid until the cursor moves. */
  path(name: Uint8Array): Buffer {
    return Buffer.concat([this.#path, Buffer.from("/"), name]);
  }

  entries(): Promise<Dirent<Buffer>[]> {
    return readdir(this.#path, { withFileTypes: true, encoding: "buffer" });
  }

  /** Goes into a folder, which must not be a link. If this throws, the cursor stays where it was. */
  async enter(name: Uint8Array): Promise<void> {
    const stats = await this.#handle.stat({ bigint: true });
    const path = this.path(name);
    const handle = await open(path, folderFlags);
    this.#above.push({ path: this.#path, stats });
    this.#names.push(Buffer.from(name).toString());
    await this.#moveTo(handle, path);
  }

  /** Goes back to the folder above. Throws if the folder was moved meanwhile. */
  async leave(): Promise<void> {
    const above = this.#above.pop();
    if (above === undefined) throw new Error("the cursor stands at the top of its tree");
    const handle = await open(this.path(Buffer.from("..")), folderFlags);
    const { dev, ino } = await handle.stat({ bigint: true });
    this.#names.pop();
    await this.#moveTo(handle, above.path);
    if (dev !== above.stats.dev || ino !== above.stats.ino) {
      throw new Error("a folder was moved while its tree was walked");
    }
  }

  async #moveTo(handle: FileHandle, path: Buffer): Promise<void> {
    const left = this.#handle;
    this.#handle = handle;
    this.#path = this.#shortest(path);
    await left.close();
  }

  /** The path of the descriptor, if the system has such paths. It is short at any depth. */
  #shortest(path: Buffer): Buffer {
    return this.#hasDescriptorPaths ? Buffer.from(descriptorPath(this.#handle)) : path;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function descriptorPath(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}

/** Changes the owner and group of a folder and everything below it. Links are not followed. */
export async function giveTree(folder: string, owner: number): Promise<void> {
  const cursor = await TreeCursor.at(folder);
  try {
    await giveEntries(cursor, owner);
  } finally {
    await cursor.close();
  }
  await lchown(folder, owner, owner);
}

async function giveEntries(cursor: TreeCursor, owner: number): Promise<void> {
  for (const entry of await cursor.entries()) {
    if (entry.isDirectory()) {
      await cursor.enter(entry.name);
      await giveEntries(cursor, owner);
      await cursor.leave();
    }
    await lchown(cursor.path(entry.name), owner, owner);
  }
}
