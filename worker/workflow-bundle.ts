// The worker is a composition root. This file: the workflows as one bundle, built once per version of their sources, since
// bundling takes seconds and a worker that replaces a dead one must be there at once.
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { BundleOptions } from "@temporalio/worker";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** All that the workflows may import, how they are bundled, and the lock file for the SDK's own version. */
const SOURCES = [
  "workflows",
  "core",
  "activities/contract.ts",
  "worker/workflow-bundle.ts",
  "package-lock.json",
];

/** What is bundled, and how. */
export const workflowBundleOptions: BundleOptions = {
  workflowsPath: path.join(ROOT, "workflows/index.ts"),
  preloadModules: [path.join(ROOT, "workflows/shared-by-runs.ts")],
  payloadConverterPath: path.join(ROOT, "workflows/payload-converter.ts"),
};

/** Path of the bundle in `folder`, built there if these sources have none yet. Safe for several processes at once. */
export async function workflowBundlePath(folder: string): Promise<string> {
  const file = path.join(folder, `workflows-${await sourcesHash()}.js`);
  if (await exists(file)) return file;
  await mkdir(folder, { recursive: true });
  // Loaded when there is something to bundle: a start that finds its bundle does not pay for the bundler.
  const { bundleWorkflowCode } = await import("@temporalio/worker");
  const { code } = await bundleWorkflowCode({
    ...workflowBundleOptions,
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn: console.error, error: console.error },
  });
  // Written aside and renamed: a process that starts meanwhile never reads half a bundle.
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, code);
  await rename(draft, file);
  return file;
}

async function sourcesHash(): Promise<string> {
  const hash = createHash("sha256");
  for (const source of SOURCES) {
    for (const file of await filesBelow(path.join(ROOT, source))) {
      hash
        .update(path.relative(ROOT, file))
        .update("\0")
        .update(await readFile(file))
        .update("\0");
    }
  }
  return hash.digest("hex").slice(0, 16);
}

async function filesBelow(place: string): Promise<string[]> {
  if (!(await exists(place))) return [];
  if ((await stat(place)).isFile()) return [place];
  const names = await readdir(place, { recursive: true });
  return names
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => path.join(place, name))
    .sort();
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
