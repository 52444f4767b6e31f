// Bundles the workflows once per version of their sources. Bundling takes seconds, and a worker that replaces a dead
// one must start at once.
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { BundleOptions } from "@temporalio/worker";
import { buildOnce } from "../../platform/programs/build-once.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Everything that the workflows may import, how they are bundled, and the lock file for the SDK's own version. */
const SOURCES = [
  "workflows",
  "core",
  "activities/contract.ts",
  "worker/workflow/workflow-bundle.ts",
  "package-lock.json",
];

/** What is bundled, and how. */
export const workflowBundleOptions: BundleOptions = {
  workflowsPath: path.join(ROOT, "workflows/index.ts"),
  preloadModules: [path.join(ROOT, "workflows/shared-by-runs.ts")],
  payloadConverterPath: path.join(ROOT, "workflows/payload-converter.ts"),
};

/** Path of the bundle in `folder`. Builds it if there is none for these sources. */
export async function workflowBundlePath(folder: string): Promise<string> {
  const bundle = { folder, name: "workflows", extension: ".js", sources: SOURCES };
  return (await buildOnce({ ...bundle, build: bundleWorkflows })).path;
}

async function bundleWorkflows(): Promise<string> {
  // Loaded only if there is something to bundle: a start that finds its bundle does not pay for the bundler.
  const { bundleWorkflowCode } = await import("@temporalio/worker");
  const { code } = await bundleWorkflowCode({
    ...workflowBundleOptions,
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn: console.error, error: console.error },
  });
  return code;
}
