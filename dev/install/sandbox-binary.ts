// Dev holds the embedded stack: where bubblewrap comes from, the sandbox of workspaces. Nothing of the system is changed.
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "../../platform/programs/cache-folder.mjs";
import { onPath } from "../../platform/programs/on-path.ts";
import { plainEnvironment } from "../stack-environment.ts";

const run = promisify(execFile);

const VERSION_TIMEOUT_MS = 10_000;
// A package of 50 KB; the lists it is looked up in are some ten MB.
const DOWNLOAD_TIMEOUT_MS = 60_000;
const UPDATE_TIMEOUT_MS = 120_000;
const UNPACK_TIMEOUT_MS = 30_000;

/**
 * The path of a bubblewrap that starts: the system's, the cached one, or one fetched into the cache by apt-get on systems of
 * Debian's kind. Null where there is none to be had; what to do then is told by whoever needs it. Whether it may do its work
 * here is another question (`npm run everturn -- doctor`).
 */
export async function findOrFetchSandbox(
  env: NodeJS.ProcessEnv = process.env,
  signal?: AbortSignal,
): Promise<string | null> {
  if (process.platform !== "linux") return null;
  const cache = cacheFolder(env);
  const cached = join(cache, "bwrap");
  const installed = onPath("bwrap", env);
  if (installed !== null && (await doesStart(installed))) return installed;
  if (existsSync(cached) && (await doesStart(cached))) return cached;
  if (onPath("apt-get", env) === null || onPath("dpkg", env) === null) return null;
  const folder = mkdtempSync(join(tmpdir(), "everturn-bubblewrap-"));
  try {
    const settings = {
      env: plainEnvironment(env, { isFetching: true }),
      ...(signal !== undefined && { signal }),
    };
    await download(folder, settings);
    const program = await unpack(folder, settings);
    if (program === null || !(await doesStart(program))) return null;
    mkdirSync(cache, { recursive: true });
    // All or nothing, for another start may look at this moment.
    copyFileSync(program, `${cached}.${process.pid}`);
    renameSync(`${cached}.${process.pid}`, cached);
    return cached;
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Settings {
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

async function download(folder: string, settings: Settings): Promise<void> {
  const fetchPackage = () =>
    run("apt-get", ["download", "bubblewrap"], { ...settings, cwd: folder, timeout: DOWNLOAD_TIMEOUT_MS });
  try {
    await fetchPackage();
  } catch (error) {
    // Fresh containers have no lists of packages; only root may get them, and reading them changes no program.
    if (process.getuid?.() !== 0) throw error;
    await run("apt-get", ["update"], { ...settings, timeout: UPDATE_TIMEOUT_MS });
    await fetchPackage();
  }
}

async function unpack(folder: string, settings: Settings): Promise<string | null> {
  const file = readdirSync(folder).find((name) => name.endsWith(".deb"));
  if (file === undefined) return null;
  const content = join(folder, "content");
  await run("dpkg", ["-x", join(folder, file), content], { ...settings, timeout: UNPACK_TIMEOUT_MS });
  const program = join(content, "usr", "bin", "bwrap");
  return existsSync(program) ? program : null;
}

async function doesStart(program: string): Promise<boolean> {
  try {
    await run(program, ["--version"], { timeout: VERSION_TIMEOUT_MS });
    return true;
  } catch {
    return false;
  }
}
