// The ripgrep binary that runs in the engine's containers: the one that is installed here, or, where the engine is of another
// kind than this machine, that of the same version, fetched once by npm and held against the lock file.
import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readFile, rename } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { WorkspaceError } from "../../driver.ts";

const require = createRequire(import.meta.url);
const run = promisify(execFile);
const lockEntry = z.object({ version: z.string(), integrity: z.string() });
const lockFile = z.object({ packages: z.record(z.string(), z.unknown()) });

export interface Ripgrep {
  readonly path: string;
  readonly version: string;
}

/** Architectures in Go's words, which engines use, and in Node's. */
const architectures: Readonly<Record<string, string>> = { amd64: "x64", arm64: "arm64" };
// A package of some MB, on a slow line.
const fetchMaxMs = 120_000;

/** @param folder where a fetched one is kept */
export async function linuxRipgrep(engineArch: string, folder: string): Promise<Ripgrep> {
  const name = `@vscode/ripgrep-linux-${architectures[engineArch]}`;
  const lock = lockFile.parse(
    JSON.parse(await readFile(new URL("../../../package-lock.json", import.meta.url), "utf8")),
  );
  const { version, integrity } = lockEntry.parse(lock.packages[`node_modules/${name}`]);
  try {
    return { path: require.resolve(`${name}/bin/rg`), version };
  } catch {
    const path = join(folder, `rg-${version}-${engineArch}`);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere) await fetchRipgrep({ wanted: `${name}@${version}`, integrity, folder, path });
    return { path, version };
  }
}

interface FetchRipgrepInput {
  readonly wanted: string;
  readonly integrity: string;
  readonly folder: string;
  readonly path: string;
}

async function fetchRipgrep({ wanted, integrity, folder, path }: FetchRipgrepInput): Promise<void> {
  try {
    const draft = join(folder, randomUUID());
    await mkdir(draft, { recursive: true });
    const args = ["pack", wanted, "--silent", "--pack-destination", draft];
    const { stdout } = await run("npm", args, { timeout: fetchMaxMs });
    const archive = join(draft, stdout.trim());
    const digest = createHash("sha512")
      .update(await readFile(archive))
      .digest("base64");
    if (`sha512-${digest}` !== integrity) throw new Error("it is not the file that the lock file names");
    await run("tar", ["-xzf", archive, "-C", draft, "package/bin/rg"]);
    await rename(join(draft, "package/bin/rg"), path);
  } catch (error) {
    throw new WorkspaceError(
      "driver_failed",
      `The ripgrep of the container engine's kind (${wanted}) cannot be fetched: ${(error as Error).message}`,
    );
  }
}
