// Builds files from sources of this project once per version of the sources. Several processes may do it at once.
import { createHash, randomUUID } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const projectRoot = fileURLToPath(new URL("../..", import.meta.url));
// Enough of a digest to tell versions apart.
const hashCharsMax = 16;

export interface BuildOnceInput {
  /** Folder for built files; created if missing. */
  readonly folder: string;
  /** The file is `<name>-<hash of the sources><extension>`. */
  readonly name: string;
  readonly extension: string;
  /** Files, and folders whose `.ts` files count, relative to the project's root. A missing one counts as empty. */
  readonly sources: readonly string[];
  /** Makes the content. Called only if there is no file for these sources yet. */
  build(): Promise<string | Uint8Array>;
}

export interface BuiltFile {
  /** Absolute. */
  readonly path: string;
  /** A name for this version of the sources. */
  readonly hash: string;
}

// Hundreds of files are read for a hash, and those of a running process do not change.
const hashes = new Map<string, Promise<string>>();

export async function buildOnce(input: BuildOnceInput): Promise<BuiltFile> {
  const hash = await hashOfSources(input.sources);
  // Absolute: the sandbox that reads the file has another working directory.
  const file = path.resolve(input.folder, `${input.name}-${hash}${input.extension}`);
  if (await exists(file)) return { path: file, hash };
  await mkdir(input.folder, { recursive: true });
  const content = await input.build();
  // Written under another name and then renamed, so that no process ever reads half a file.
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, content);
  // Whatever our umask: code is no secret, and the users that run workspaces must read it.
  await chmod(draft, 0o644);
  await rename(draft, file);
  return { path: file, hash };
}

/**
 * A name for this version of the sources. Folders and files as in `BuildOnceInput`, but of folders the files with one of
 * `endings` count.
 */
export function hashOfSources(
  sources: readonly string[],
  endings: readonly string[] = [".ts"],
): Promise<string> {
  const key = [...sources, ...endings].join("\0");
  const known = hashes.get(key) ?? hashOf(sources, endings);
  hashes.set(key, known);
  known.catch(() => hashes.delete(key));
  return known;
}

async function hashOf(sources: readonly string[], endings: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const source of sources) {
    for (const file of await filesBelow(path.join(projectRoot, source), endings)) {
      const content = await readFile(file);
      hash.update(path.relative(projectRoot, file)).update("\0").update(content).update("\0");
    }
  }
  return hash.digest("hex").slice(0, hashCharsMax);
}

async function filesBelow(place: string, endings: readonly string[]): Promise<string[]> {
  if (!(await exists(place))) return [];
  if ((await stat(place)).isFile()) return [place];
  const names = await readdir(place, { recursive: true });
  return names
    .filter((name) => endings.some((ending) => name.endsWith(ending)) && !/\.test\.tsx?$/.test(name))
    .map((name) => path.join(place, name))
    .sort();
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
