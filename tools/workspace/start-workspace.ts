// Starts the chat's stopped workspace (SPEC W9).
import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { abandonBuild, buildWatchOf, chatWorkspaceOf } from "./chat-workspace-of.ts";

const schema = z.strictObject({});

/** `start_workspace`: a `WorkspaceReport`, `created` always false. */
export const startWorkspace = defineTool({
  name: "start_workspace",
  description:
    "Starts this chat's workspace after it was stopped, and waits until it is ready. Its files are as they were; processes that ran before have ended. Nothing happens when it runs already.",
  schema,
  runs_in: "worker",
  flags: { reattaches: true },
  async run(_, context) {
    const report = await chatWorkspaceOf(context).start(buildWatchOf(context));
    return { result: { ...report }, is_error: false };
  },
  abandon: abandonBuild,
});
