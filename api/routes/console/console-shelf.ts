// The files of the built console by their addresses. A build that is put in place while the server runs is seen at once.
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { type ConsoleFolder, isConsoleBeingBuilt } from "../../../platform/programs/console-folder.ts";

export type Encoding = "br" | "gzip" | "identity";
const ENDINGS: Readonly<Record<string, Encoding>> = { br: "br", gz: "gzip" };

export interface ConsoleFile {
  /** Relative to the folder of built files, by encoding. */
  readonly paths: Readonly<Partial<Record<Encoding, string>>> & { readonly identity: string };
  /** A digest of the content. */
  readonly digest: string;
  /** Its name contains a digest of its content, so it never changes. */
  readonly is_hashed: boolean;
}

export interface ConsoleShelf {
  readonly folder: string;
  /** The file at a path such as `/assets/index-1a2b3c.js`; `/index.html` is the page itself. */
  find(path: string): Promise<ConsoleFile | undefined>;
  /** There is no page yet, and it is being built. */
  isBeingBuilt(): boolean;
}

type Files = ReadonlyMap<string, ConsoleFile>;
const NONE: Files = new Map();

/** Reads the folder when it is first asked, and again when its page has changed. */
export function createConsoleShelf(place: ConsoleFolder): ConsoleShelf {
  let known = { version: "", files: Promise.resolve(NONE) };
  const current = async (): Promise<Files> => {
    const version = await versionOf(place.dist);
    if (version !== known.version) {
      known = { version, files: version === "" ? Promise.resolve(NONE) : readFiles(place.dist) };
      // A build that replaces files while they are read: the next request reads them again.
      known.files.catch(() => (known = { version: "", files: Promise.resolve(NONE) }));
    }
    return known.files;
  };
  return {
    folder: place.dist,
    find: async (path) => (await current()).get(path),
    isBeingBuilt: () => isConsoleBeingBuilt(place),
  };
}

/** The page is written last: when it is there, so is all that it loads. */
async function versionOf(dist: string): Promise<string> {
  return stat(join(dist, "index.html")).then(
    ({ mtimeMs, size, ino }) => `${mtimeMs}-${size}-${ino}`,
    () => "",
  );
}

/** Plain files alone, so that no link leads out of the folder; nothing hidden, which is the build's own. */
async function readFiles(dist: string): Promise<Files> {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dist, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
    .filter((path) => !path.split("/").some((name) => name.startsWith(".")));
  const all = new Set(paths);
  const files = new Map<string, ConsoleFile>();
  for (const path of paths) {
    if (isCompressed(path, all)) continue;
    files.set(`/${path}`, {
      paths: { identity: path, ...compressedOf(path, all) },
      digest: createHash("sha256")
        .update(await readFile(join(dist, path)))
        .digest("base64url")
        .slice(0, 27),
      is_hashed: path.startsWith("assets/"),
    });
  }
  return files;
}

function isCompressed(path: string, all: ReadonlySet<string>): boolean {
  const [, whole, ending] = /^(.*)\.(br|gz)$/.exec(path) ?? [];
  return ending !== undefined && whole !== undefined && all.has(whole);
}

function compressedOf(path: string, all: ReadonlySet<string>) {
  const found = Object.entries(ENDINGS).filter(([ending]) => all.has(`${path}.${ending}`));
  return Object.fromEntries(found.map(([ending, encoding]) => [encoding, `${path}.${ending}`]));
}
