// The processes of the workspace.
import { z } from "zod";
import { headOf } from "../../core/text/truncate.ts";
import { fileCallProcessPrefix } from "../../core/workspace/file-call.ts";
import { terminalProcessPrefix } from "../../core/workspace/terminal.ts";
import { defineTool } from "../define-tool.ts";
import { commandShownCharsMax, processesListedMax } from "../tool-limits.ts";
import { workspaceAgent } from "../workspace/chat-workspace-of.ts";

/** What requests of people have started. */
const NOT_THE_MODELS = [fileCallProcessPrefix, terminalProcessPrefix];

const schema = z.strictObject({});

/** `process_list`: `{processes: [{process_id, command, cwd, state, exit_code, started_at, duration_ms, output_bytes, still_running?}], truncated}`. */
export const processList = defineTool({
  name: "process_list",
  description: `Processes that execute has started in the workspace, newest first, at most ${processesListedMax}, ended ones included; still_running counts what an ended one has left running, which process_signal reaches.`,
  schema,
  runs_in: "workspace",
  flags: { read_only: true, polls: true },
  async run(_args, context) {
    const agent = await workspaceAgent(context);
    const all = await agent.processes.list(context.signal);
    const started = all.filter(({ key }) => !NOT_THE_MODELS.some((prefix) => key.startsWith(prefix)));
    const processes = started.slice(0, processesListedMax).map((process) => ({
      process_id: process.key,
      command: headOf(process.command, commandShownCharsMax),
      cwd: process.cwd,
      state: process.state,
      exit_code: process.exit_code,
      started_at: process.started_at,
      duration_ms: process.elapsed_ms,
      output_bytes: process.output_bytes,
      ...((process.survivors ?? 0) > 0 && { still_running: process.survivors }),
    }));
    return { result: { processes, truncated: started.length > processesListedMax }, is_error: false };
  },
});
