// Sends a signal to a process of the workspace.
import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { workspaceAgent } from "../workspace/chat-workspace-of.ts";
import { processIdSchema } from "./process-id.ts";

const signals = [
  "SIGINT",
  "SIGTERM",
  "SIGKILL",
  "SIGHUP",
  "SIGUSR1",
  "SIGUSR2",
  "SIGSTOP",
  "SIGCONT",
] as const;

const schema = z.strictObject({
  process_id: processIdSchema,
  signal: z.enum(signals).describe("SIGTERM asks it to end; SIGKILL ends it."),
});

/** `process_signal`: `{process_id, state, exit_code, ended_by}`. */
export const processSignal = defineTool({
  name: "process_signal",
  description:
    "Sends a signal to a process that execute has started, and to all it has started itself, also what runs on after its end.",
  schema,
  runs_in: "workspace",
  flags: {},
  async run(args, context) {
    const agent = await workspaceAgent(context);
    const process = await agent.processes.signal(
      { key: args.process_id, signal: args.signal },
      context.signal,
    );
    const { state, exit_code, signal } = process;
    return { result: { process_id: args.process_id, state, exit_code, ended_by: signal }, is_error: false };
  },
});
