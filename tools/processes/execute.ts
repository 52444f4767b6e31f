// Runs a command in the workspace. The agent starts the process under the call's id and keeps it when the worker dies. A worker that runs the
// call again re-attaches to the process, so the command runs once (SPEC W5).
import { z } from "zod";
import type { JsonObject } from "../../core/part/part.ts";
import { markedBytesNote } from "../../core/text/marked-text.ts";
import type { ProcessInfo } from "../../workspaces/agent/api.ts";
import { defineTool } from "../define-tool.ts";
import { pathSchema } from "../files/path-schema.ts";
import { type ToolContext, type ToolOutput, ToolStopped } from "../tool.ts";
import { ToolError } from "../tool-error.ts";
import {
  commandCharsMax,
  foregroundDefaultMs,
  foregroundMaxMs,
  outputHeadBytes,
  outputTailBytes,
} from "../tool-limits.ts";
import { workspaceAgent } from "../workspace/chat-workspace-of.ts";
import { endProcess, type Followed, followProcess } from "./follow-process.ts";
import { OutputWindow } from "./output-window.ts";

const schema = z.strictObject({
  command: z
    .string()
    .min(1)
    .max(commandCharsMax)
    .refine((text) => !text.includes("\0"), "must not contain a NUL character")
    .describe("Shell command, run by bash in the workspace."),
  cwd: pathSchema
    .optional()
    .describe("Folder to run it in, relative to the workspace. Default: the workspace."),
  timeout_ms: z
    .int()
    .min(1)
    .max(foregroundMaxMs)
    .optional()
    .describe(
      `How long to wait for its end, default ${foregroundDefaultMs}. After that it goes on in the background and the result has its process_id.`,
    ),
  run_in_background: z.boolean().optional().describe("Return at once; follow it with process_output."),
});

/** `execute`: `{exit_code | null, output, truncated, duration_ms, process_id?, running, signal?}`. */
export const execute = defineTool({
  name: "execute",
  description:
    "Runs a shell command in the workspace and returns its exit code and output (stdout and stderr together). " +
    `A command that takes longer than timeout_ms (default ${foregroundDefaultMs / 1000} s) is not ended: it goes on in the background; use process_output, process_list and process_signal with its process_id. ` +
    "Set timeout_ms higher for builds and tests you want to wait for, and run_in_background for servers. Each command starts in a new shell.",
  schema,
  runs_in: "workspace",
  flags: { reattaches: true },
  async run(args, context) {
    const key = context.toolCallId;
    try {
      const agent = await workspaceAgent(context);
      const spec = { key, command: args.command, ...(args.cwd !== undefined && { cwd: args.cwd }) };
      const { process } = await agent.processes.start(spec, context.signal);
      if (process.start_error !== null) return startFault(process);
      if (args.run_in_background === true) return backgroundOutput(process);
      const foregroundMs = args.timeout_ms ?? foregroundDefaultMs;
      return await outcomeOf(context, await followProcess(context, { agent, process, foregroundMs }));
    } catch (error) {
      if (!context.signal.aborted) throw error;
      // The call was stopped before the agent answered: the command may already run.
      if (isToEnd(context)) await abandonProcess(context);
      throw context.signal.reason;
    }
  },
  abandon: abandonProcess,
});

function isToEnd(context: ToolContext): boolean {
  const { reason } = context.signal;
  return reason instanceof ToolStopped && reason.effect === "end";
}

async function abandonProcess(context: ToolContext): Promise<void> {
  // This fails if the process was never started or the workspace is gone. Then nothing is left to end.
  await endProcess(context, context.toolCallId, emptyWindow()).catch(() => undefined);
}

function emptyWindow(): OutputWindow {
  return new OutputWindow({ headBytes: outputHeadBytes, tailBytes: outputTailBytes });
}

async function outcomeOf(context: ToolContext, followed: Followed): Promise<ToolOutput> {
  const { process, window, how } = followed;
  if (how === "ended") {
    // A signal ended the process. Perhaps the workspace was stopped or deleted.
    const gone = process.signal === null ? null : await workspaceGone(context);
    if (gone === null) return endedOutput(process, window);
    const result = { error: `The command was ended: ${gone.message}`, ...resultOf(process, window) };
    return { result: { ...result, ...(gone.hint !== undefined && { hint: gone.hint }) }, is_error: true };
  }
  if (how === "foreground_over") return foregroundOver(process, window);
  if (!isToEnd(context)) throw context.signal.reason;
  const ended = await endProcess(context, process.key, window);
  const error = "The command was interrupted and has been ended.";
  return { result: { error, ...resultOf(ended, window) }, is_error: true };
}

/** Why the workspace no longer runs; null if it runs. */
async function workspaceGone(context: ToolContext): Promise<ToolError | null> {
  try {
    await workspaceAgent(context);
    return null;
  } catch (error) {
    return error instanceof ToolError ? error : null;
  }
}

function endedOutput(process: ProcessInfo, window: OutputWindow): ToolOutput {
  const result = resultOf(process, window);
  const truncated = result["truncated"] === true;
  if (process.state !== "lost") return { result, is_error: false, truncated };
  const error =
    "The workspace's agent ended while the command ran: how the command ended is not known. It was not run again.";
  return { result: { error, ...result }, is_error: true, truncated };
}

function foregroundOver(process: ProcessInfo, window: OutputWindow): ToolOutput {
  const hint = `The command still runs. Follow it with process_output {"process_id": "${process.key}", "offset": ${window.end}}.`;
  const { signal: _, ...result } = resultOf({ ...process, exit_code: null }, window);
  return {
    result: { ...result, running: true, hint },
    is_error: false,
    truncated: result["truncated"] === true,
  };
}

function backgroundOutput(process: ProcessInfo): ToolOutput {
  const result = {
    exit_code: process.exit_code,
    output: "",
    truncated: false,
    duration_ms: process.elapsed_ms,
    process_id: process.key,
    running: process.state === "running",
  };
  return { result, is_error: false };
}

function startFault(process: ProcessInfo): ToolOutput {
  return { result: { error: `The command could not be started: ${process.start_error}` }, is_error: true };
}

function resultOf(process: ProcessInfo, window: OutputWindow): JsonObject {
  const { text, isMarked, truncated } = window.text(
    ({ bytes, offset }) =>
      `[… ${bytes} bytes cut; process_output {"process_id": "${process.key}", "offset": ${offset}} has them …]`,
  );
  return {
    exit_code: process.exit_code,
    ...(process.signal !== null && { signal: process.signal }),
    output: text,
    truncated,
    ...(isMarked && { note: markedBytesNote }),
    duration_ms: process.elapsed_ms,
    process_id: process.key,
    running: process.state === "running",
  };
}
