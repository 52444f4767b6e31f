// Bundles the workflows as the worker does: an import that Temporal's sandbox forbids shows here and not in production.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bundleWorkflowCode, type Logger } from "@temporalio/worker";
import type { CheckResult } from "./check.ts";

/** Bundles workflows/index.ts. Its warnings (missing modules, size) count as faults. */
export async function checkWorkflowBundle(root: string): Promise<CheckResult> {
  const workflowsPath = join(root, "workflows", "index.ts");
  if (!existsSync(workflowsPath)) return { seen: "nothing", faults: ["workflows/index.ts does not exist"] };
  const complaints: string[] = [];
  try {
    const { code } = await bundleWorkflowCode({ workflowsPath, logger: collectingLogger(complaints) });
    return { seen: `${Math.round(code.length / 1024)} KiB`, faults: complaints };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { seen: "no bundle", faults: [`workflows/index.ts cannot be bundled: ${reason}`, ...complaints] };
  }
}

/** The bundler reports through a logger only: keep warnings and errors, drop its progress. */
function collectingLogger(complaints: string[]): Logger {
  const keep = (message: string): void => void complaints.push(`workflows: ${message.trim()}`);
  const drop = (): void => undefined;
  const log: Logger["log"] = (level, message) =>
    level === "WARN" || level === "ERROR" ? keep(message) : undefined;
  return { log, trace: drop, debug: drop, info: drop, warn: keep, error: keep };
}
