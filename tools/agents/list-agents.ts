// Lists the subagents of this chat.
import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { chatAgentsOf } from "./chat-agents-of.ts";

/** `list_agents`: {agents: [{chat_id, title, type, status}]}, oldest first. */
export const listAgents = defineTool({
  name: "list_agents",
  description: "Lists the agents that this chat has started, with the status of each.",
  schema: z.strictObject({}),
  runs_in: "worker",
  flags: { read_only: true, polls: true },
  async run(_args, context) {
    return { result: await chatAgentsOf(context).list(context.signal), is_error: false };
  },
});
