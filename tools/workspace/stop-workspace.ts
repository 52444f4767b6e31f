// Stops the chat's workspace. Files stay.
import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { buildWatchOf, chatWorkspaceOf } from "./chat-workspace-of.ts";

const schema = z.strictObject({});

/** `stop_workspace`: `{workspace_id, name, status}`. */
export const stopWorkspace = defineTool({
  name: "stop_workspace",
  description:
    "Stops this chat's workspace: all of its processes end, its files stay. Use it when the work is done or to start afresh; start_workspace starts it again.",
  schema,
  runs_in: "worker",
  flags: { reattaches: true },
  async run(_, context) {
    const stopped = await chatWorkspaceOf(context).stop(buildWatchOf(context));
    return { result: { ...stopped }, is_error: false };
  },
});
