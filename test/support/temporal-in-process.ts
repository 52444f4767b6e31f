// Workers of Temporal inside the test's own process: one quiet runtime, and the workflows as one bundle for all test runs.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DefaultLogger, Runtime } from "@temporalio/worker";
import { workflowBundlePath } from "../../worker/workflow/workflow-bundle.ts";

/** Outlives a run of the tests: bundles are named by their sources, so all runs share them. */
export const testDataFolder =
  process.env["EVERTURN_TEST_DATA_DIR"] ?? join(tmpdir(), "everturn-test-bundles");
export const testBundlesFolder = join(testDataFolder, "bundles");

let isQuiet = false;

/** Leaves out what the SDK says about failures, since tests cause them. A process can be told this only once. */
export function quietRuntime(): void {
  if (isQuiet) return;
  isQuiet = true;
  Runtime.install({ logger: new DefaultLogger("ERROR", () => undefined) });
}

export async function testWorkflowBundle(): Promise<{ readonly codePath: string }> {
  return { codePath: await workflowBundlePath(testBundlesFolder) };
}
