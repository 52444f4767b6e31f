// The ripgrep binary that runs in the engine's containers: the one that is installed here, or, where the engine is of another
// kind than this machine, that of the same version, fetched once by npm and held against the lock file.
import { execFile } from "node:child_process";
import { hash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { buildOnce } from "../../../platform/programs/build-once.ts";
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
    const { path } = await buildOnce({
      folder,
      name: `rg-${version}-${engineArch}`,
      extension: "",
      // Its name says all that its content depends on.
      sources: [],
      build: () => fetchRipgrep(`${name}@${version}`, integrity),
    });
    return { path, version };
  }
}

async function fetchRipgrep(wanted: string, integrity: string): Promise<Uint8Array> {
  const draft = await mkdtemp(join(tmpdir(), "everturn-ripgrep-"));
  try {
    const args = ["pack", wanted, "--silent", "--pack-destination", draft];
    const { stdout } = await run("npm", args, { timeout: fetchMaxMs });
    const archive = join(draft, stdout.trim());
    const digest = hash("sha512", await readFile(archive), "base64");
    if (`sha512-${digest}` !== integrity) throw new Error("it is not the file that the lock file names");
    await run("tar", ["-xzf", archive, "-C", draft, "package/bin/rg"]);
    return await readFile(join(draft, "package/bin/rg"));
  } catch (error) {
    throw new WorkspaceError(
      "driver_failed",
      `The ripgrep of the container engine's kind (${wanted}) cannot be fetched: ${(error as Error).message}`,
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
