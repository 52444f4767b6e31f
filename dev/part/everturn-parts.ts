// Dev holds the embedded stack: Everturn's own processes, started just as they are started in production.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { StartError } from "../start-error.ts";
import type { PartPlan } from "./part-plan.ts";

const READY_WITHIN_MS = 60_000;
const MIGRATE_TIMEOUT_MS = 300_000;
// An agent gives its processes 5 s between SIGTERM and SIGKILL.
const STOP_WORKSPACES_TIMEOUT_MS = 20_000;
const BUNDLE_TIMEOUT_MS = 300_000;
const DEMO_MODEL_GRACE_MS = 2_000;
// Beyond the grace the process gives itself, before it is killed.
const EXTRA_GRACE_MS = 2_000;

const CLI = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const WORKFLOW_BUNDLE = new URL("../../worker/workflow/workflow-bundle.ts", import.meta.url).href;
const AGENT_BUNDLE = new URL("../../workspaces/agent-bundle.ts", import.meta.url).href;
const DEMO_MODEL = fileURLToPath(new URL("../demo-model/main.ts", import.meta.url));

export interface ProcessSettings {
  readonly env: NodeJS.ProcessEnv;
  readonly shutdownGraceMs: number;
  /** Flags of Node itself. */
  readonly nodeFlags?: readonly string[];
}

/** The API or a worker. */
export function rolePlan(role: "api" | "worker", settings: ProcessSettings): PartPlan {
  return {
    name: role,
    command: process.execPath,
    args: [...(settings.nodeFlags ?? []), CLI, role],
    env: settings.env,
    stopSignal: "SIGTERM",
    graceMs: settings.shutdownGraceMs + EXTRA_GRACE_MS,
    readyWithinMs: READY_WITHIN_MS,
    readyLine: `"ready":"${role}"`,
    // Not the worker, whose children are commands in workspaces: people expect the usual mask there.
    hasPrivateFiles: role === "api",
    onlyFirstStart: ["EVERTURN_FAILPOINT"],
  };
}

/** The demo model: an HTTP server that speaks the providers' dialects. */
export function demoModelPlan(port: number, env: NodeJS.ProcessEnv): PartPlan {
  return {
    name: "demo-model",
    command: process.execPath,
    args: [DEMO_MODEL],
    env: { ...env, PORT: String(port) },
    stopSignal: "SIGTERM",
    graceMs: DEMO_MODEL_GRACE_MS,
    readyWithinMs: READY_WITHIN_MS,
    readyLine: `"listening"`,
  };
}

/** Ends what runs in workspaces: their agents outlive workers by design. Rejects when something cannot be ended. */
export async function runStopWorkspaces(env: NodeJS.ProcessEnv): Promise<void> {
  const timeout = STOP_WORKSPACES_TIMEOUT_MS;
  await promisify(execFile)(process.execPath, [CLI, "stop-workspaces"], { env, timeout });
}

/**
 * Ends what runs in the workspaces of a data folder, also when the database that knew them is gone.
 * @throws StartError with what cannot be ended
 */
export async function stopWorkspacesIn(dataFolder: string): Promise<void> {
  const workspaces = join(dataFolder, "workspaces");
  if (!existsSync(workspaces)) return;
  const args = [CLI, "stop-workspaces", "--folder", workspaces];
  try {
    await promisify(execFile)(process.execPath, args, { timeout: STOP_WORKSPACES_TIMEOUT_MS });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new StartError(`What runs in the workspaces cannot be ended: ${stderr?.trim() || message}`);
  }
}

/**
 * Brings the database up to date, in a process of its own as a deployment does.
 * @throws StartError with what the migration said
 */
export async function runMigrations(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<void> {
  try {
    const settings = { env, timeout: MIGRATE_TIMEOUT_MS, ...(signal !== undefined && { signal }) };
    await promisify(execFile)(process.execPath, [CLI, "migrate"], settings);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new StartError(`The database could not be brought up to date: ${stderr?.trim() || message}`);
  }
}

/**
 * Bundles the workflows and the workspace agent unless that was done, in a process of its own: the bundlers would stay in
 * the worker's memory.
 * @throws StartError with what the bundler said
 */
export async function makeBundles(
  folder: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<void> {
  const script = `
    process.umask(0o077);
    const { workflowBundlePath } = await import(${JSON.stringify(WORKFLOW_BUNDLE)});
    const { agentBundle } = await import(${JSON.stringify(AGENT_BUNDLE)});
    await workflowBundlePath(process.argv[1]);
    await agentBundle(process.argv[1]);
  `;
  const settings = { env, timeout: BUNDLE_TIMEOUT_MS, ...(signal !== undefined && { signal }) };
  try {
    await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script, folder], settings);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new StartError(
      `The workflows or the workspace agent could not be bundled: ${stderr?.trim() || message}`,
    );
  }
}
