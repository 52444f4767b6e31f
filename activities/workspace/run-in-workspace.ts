// Runs a command of a build through the workspace's agent, under a key of its own, and follows its output into the log. A
// worker that takes over finds the same process and reads on where the log ends: the command runs once.
import { setTimeout as sleep } from "node:timers/promises";
import { agentAttemptMs, agentPauseMs } from "../../core/chat/limits.ts";
import { type AgentApi, AgentError, type ProcessInfo } from "../../workspaces/agent/api.ts";
import { WorkspaceError } from "../../workspaces/driver.ts";
import { patiently } from "../attempt/patiently.ts";
import { BuildFailed } from "./build-failed.ts";
import { OutputLines } from "./output-lines.ts";
import type { BuildSite, WorkspaceActivityDeps } from "./work-on-build.ts";

export interface BuildCommand {
  readonly key: string;
  readonly command: string;
  /** What it is called in the log and in errors. */
  readonly title: string;
}

/** How much of which process the log holds. */
interface Followed {
  readonly key: string;
  bytes: number;
}

/** Resolves when the command has ended with exit code 0. Throws `BuildFailed` when it has not. */
export async function runInWorkspace(
  deps: WorkspaceActivityDeps,
  site: BuildSite,
  command: BuildCommand,
): Promise<void> {
  const { followed_key, followed_bytes } = site.work.build;
  const isKnown = followed_key === command.key;
  const followed: Followed = { key: command.key, bytes: isKnown ? followed_bytes : 0 };
  if (!isKnown) site.log.output([`$ ${command.title}`], { ...followed });
  const ended = await untilEnded(deps, site, { command, followed });
  const problem = problemOf(ended);
  if (problem !== null) throw new BuildFailed(`\`${command.title}\` ${problem}`);
}

interface Run {
  readonly command: BuildCommand;
  readonly followed: Followed;
}

/** An agent that died is revived and asked again, for as long as one is waited for at a build's beginning. */
async function untilEnded(deps: WorkspaceActivityDeps, site: BuildSite, run: Run): Promise<ProcessInfo> {
  let silentSince: number | null = null;
  for (;;) {
    const before = run.followed.bytes;
    try {
      return await startAndFollow(deps, site, run);
    } catch (error) {
      site.signal.throwIfAborted();
      const silence = silenceOf(error);
      if (silence === null) throw error;
      // Progress in between: it is another silence.
      if (run.followed.bytes > before) silentSince = null;
      silentSince ??= performance.now();
      if (performance.now() - silentSince > deps.connectMs) {
        throw new BuildFailed(`\`${run.command.title}\` was lost: the workspace agent is gone: ${silence}`);
      }
    }
    await sleep(agentPauseMs, undefined, { signal: site.signal });
  }
}

async function startAndFollow(
  deps: WorkspaceActivityDeps,
  site: BuildSite,
  { command, followed }: Run,
): Promise<ProcessInfo> {
  const { signal } = site;
  const agent = await agentOf(deps, site);
  const { key } = command;
  await agent.processes.start({ key, command: command.command }, signal);
  const lines = new OutputLines(followed.bytes);
  let next = followed.bytes;
  for await (const event of agent.processes.follow({ key, offset: followed.bytes }, signal)) {
    if (event.type === "ended") {
      await keep(deps, site, { followed, lines: lines.end(), covered: lines.covered });
      return event.process;
    }
    if (event.offset > next) site.log.line(`[… ${event.offset - next} bytes of output are lost …]`);
    next = event.offset + event.bytes.length;
    await keep(deps, site, { followed, lines: lines.push(event.bytes), covered: lines.covered });
  }
  throw new AgentError("unreachable", "the output ended before the process did");
}

interface Kept {
  readonly followed: Followed;
  readonly lines: readonly string[];
  readonly covered: number;
}

async function keep(deps: WorkspaceActivityDeps, site: BuildSite, kept: Kept): Promise<void> {
  if (kept.lines.length === 0) return;
  kept.followed.bytes = kept.covered;
  site.log.output(kept.lines, { ...kept.followed });
  await patiently(deps.shutdown, () => site.log.room());
}

async function agentOf({ driver, openAgent }: WorkspaceActivityDeps, site: BuildSite): Promise<AgentApi> {
  const { id, plan } = site.work.workspace;
  const attempt = AbortSignal.any([site.signal, AbortSignal.timeout(3 * agentAttemptMs)]);
  return openAgent(await driver.connect(id, plan, attempt));
}

/** Null: not a matter of an agent that is away. */
function silenceOf(error: unknown): string | null {
  if (error instanceof AgentError) {
    if (error.code === "unreachable") return error.message;
    throw new BuildFailed(error.message);
  }
  if (error instanceof WorkspaceError && error.code === "agent_failed") return error.message;
  if (error instanceof DOMException && error.name === "TimeoutError") return "the attempt took too long";
  return null;
}

/** Why a process that has ended was no success; null: it was one. */
function problemOf(process: ProcessInfo): string | null {
  if (process.state === "lost") return "was lost: the workspace agent died while it ran";
  if (process.start_error !== null) return `could not be started: ${process.start_error}`;
  if (process.signal !== null) return `was ended by ${process.signal}`;
  return process.exit_code === 0 ? null : `ended with exit code ${process.exit_code}`;
}
