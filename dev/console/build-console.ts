// Builds the console once for each version of its sources: packages, Vite, compressed twins, and then all of it in place.
import { existsSync } from "node:fs";
import { access, constants, mkdir, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { hashOfSources } from "../../platform/programs/build-once.ts";
import { CONSOLE_ROOT, consoleFolder, isConsoleBeingBuilt } from "../../platform/programs/console-folder.ts";
import { installPackages } from "../install/install-packages.mjs";
import { StartError } from "../start-error.ts";
import { CHAT_CHUNKS, filesOfChunks } from "./built-chunks.ts";
import { compressFiles } from "./compress-files.ts";
import { placeFiles } from "./place-files.ts";

const SOURCES = [
  "console/src",
  "console/public",
  "console/index.html",
  "console/vite.config.ts",
  "console/package-lock.json",
  "client",
  "core",
  "dev/console/compress-files.ts",
];
const ENDINGS = [".ts", ".tsx", ".css", ".svg", ".json", ".png"];
const LOOK_AGAIN_MS = 250;

/** What a build does, so that a test can do without npm and Vite. */
export interface BuildSteps {
  readonly root: string;
  /** A name for this version of the sources. */
  stamp(): Promise<string>;
  install(): Promise<void>;
  /** Builds into that folder, which is empty or missing. */
  bundle(outDir: string): Promise<void>;
}

export const realSteps: BuildSteps = {
  root: CONSOLE_ROOT,
  stamp: () => hashOfSources(SOURCES, ENDINGS),
  install: () => installPackages(CONSOLE_ROOT, "production"),
  bundle: runVite,
};

export type BuildOutcome = "fits" | "built" | "kept";

/** Whether the files that are there were built from these sources. */
export async function isConsoleBuilt({ root, stamp }: Pick<BuildSteps, "root" | "stamp">): Promise<boolean> {
  const { dist } = consoleFolder(root);
  return existsSync(join(dist, "index.html")) && (await readText(stampFile(dist))) === (await stamp());
}

/**
 * Builds the console unless its files fit its sources. Several processes may do it at once: one builds, the others wait.
 * `kept`: nothing can be written here, so the files that are there stay.
 * @throws StartError with what npm or Vite said
 */
export async function buildConsole(steps: BuildSteps = realSteps): Promise<BuildOutcome> {
  if (await isConsoleBuilt(steps)) return "fits";
  const place = consoleFolder(steps.root);
  if (!(await isWritable(steps.root))) {
    if (existsSync(join(place.dist, "index.html"))) return "kept";
    throw new StartError(`The console is not built, and nothing can be written to ${steps.root}.`);
  }
  await takeLock(place.lock);
  try {
    if (await isConsoleBuilt(steps)) return "fits";
    await steps.install();
    const next = join(dirname(place.lock), "next");
    await rm(next, { recursive: true, force: true });
    await steps.bundle(next);
    await compressFiles(next, filesOfChunks(next, CHAT_CHUNKS));
    await placeFiles(next, place.dist);
    await writeFile(stampFile(place.dist), await steps.stamp());
    return "built";
  } finally {
    await unlink(place.lock).catch(() => undefined);
  }
}

function stampFile(dist: string): string {
  return join(dist, ".stamp");
}

async function takeLock(lock: string): Promise<void> {
  await mkdir(dirname(lock), { recursive: true });
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: "wx" });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (isConsoleBeingBuilt({ lock })) await delay(LOOK_AGAIN_MS);
    else await unlink(lock).catch(() => undefined);
  }
}

/** Vite is a package of the console, not of the server. */
async function runVite(outDir: string): Promise<void> {
  const entry = join(CONSOLE_ROOT, "node_modules", "vite", "dist", "node", "index.js");
  // A server may run with NODE_ENV=development, which would build React's slow variant.
  process.env["NODE_ENV"] = "production";
  try {
    const { build } = (await import(pathToFileURL(entry).href)) as {
      readonly build: (settings: object) => Promise<unknown>;
    };
    const settings = { outDir, emptyOutDir: true };
    await build({ root: CONSOLE_ROOT, logLevel: "error", build: settings });
  } catch (error) {
    throw new StartError(`Vite could not build the console: ${(error as Error).message}`);
  }
}

async function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function readText(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
