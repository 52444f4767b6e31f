// `connectWorkspace` tries to reach the agent for two minutes: attempts of five seconds, with pauses. If the agent never
// answers, the workspace is not ready; that is no failure (SPEC W3).
import { setTimeout as sleep } from "node:timers/promises";
import { agentAttemptMs, agentPauseMs } from "../../core/chat/limits.ts";
import { markConnecting, setAgent } from "../../store/workspace/build-work.ts";
import { AgentError } from "../../workspaces/agent/api.ts";
import { WorkspaceError, type WorkspaceErrorCode } from "../../workspaces/driver.ts";
import type { BuildRef, ConnectOutcome } from "../contract.ts";
import { type BuildSite, type WorkspaceActivityDeps, workOnBuild } from "./work-on-build.ts";

/** A driver ends its attempt by itself after five seconds, but may have to start a container before; this ends one that hangs. */
const attemptMaxMs = 3 * agentAttemptMs;
/** Trying again would not mend these. */
const HOPELESS: ReadonlySet<WorkspaceErrorCode> = new Set([
  "workspace_missing",
  "sandbox_missing",
  "image_missing",
]);

export function createConnectWorkspace(deps: WorkspaceActivityDeps) {
  return function connectWorkspace(ref: BuildRef): Promise<ConnectOutcome> {
    return workOnBuild<ConnectOutcome>(deps, ref, { clock: "own", run: (site) => connect(deps, ref, site) });
  };
}

async function connect(deps: WorkspaceActivityDeps, ref: BuildRef, site: BuildSite): Promise<ConnectOutcome> {
  const { pool } = deps.store;
  await markConnecting(pool, ref);
  const givesUpAt = performance.now() + deps.connectMs - (site.work.connecting_ms ?? 0);
  let silence = "it was not looked for";
  do {
    const found = await tryOnce(deps, site);
    if (found === null) {
      await setAgent(pool, ref, { agent_status: "ready", agent_error: null });
      deps.failpoint("build:connected");
      return { type: "ready" };
    }
    if (found !== silence) site.log.line(`The workspace agent does not answer yet: ${found}`);
    silence = found;
    await sleep(Math.min(agentPauseMs, Math.max(givesUpAt - performance.now(), 0)), undefined, {
      signal: site.signal,
    });
  } while (performance.now() < givesUpAt);
  await setAgent(pool, ref, { agent_status: "not_ready", agent_error: notReady(deps, site, silence) });
  return { type: "not_ready" };
}

/** Null when the agent answers, else why it does not. Throws what no other attempt would mend. */
async function tryOnce(
  { driver, openAgent }: WorkspaceActivityDeps,
  site: BuildSite,
): Promise<string | null> {
  const { id, plan } = site.work.workspace;
  const signal = AbortSignal.any([site.signal, AbortSignal.timeout(attemptMaxMs)]);
  try {
    const address = await driver.connect(id, plan, signal);
    await openAgent(address).health(signal);
    return null;
  } catch (error) {
    if (site.signal.aborted) throw error;
    if (signal.aborted) return "the attempt took too long";
    if (error instanceof AgentError) return error.message;
    if (error instanceof WorkspaceError && !HOPELESS.has(error.code)) return error.message;
    throw error;
  }
}

function notReady(deps: WorkspaceActivityDeps, { work }: BuildSite, silence: string): string {
  const { commands_run, build_commands, startup } = work.workspace;
  const left = [
    ...(!commands_run && build_commands.length > 0 ? ["the build commands"] : []),
    ...(startup === null ? [] : ["the start-up script"]),
  ].join(" and ");
  const seconds = Math.round(deps.connectMs / 1_000);
  const missing = left === "" ? "" : ` Not run: ${left}; starting the workspace again runs them.`;
  return `The workspace agent did not answer within ${seconds} s: ${silence}.${missing}`;
}
