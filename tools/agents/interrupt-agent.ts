// Stops what a subagent is doing. It stays, and can be sent another message.
import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { agentIdSchema, chatAgentsOf } from "./chat-agents-of.ts";

/** `interrupt_agent`: {chat_id, title, status}. */
export const interruptAgent = defineTool({
  name: "interrupt_agent",
  description:
    "Stops what an agent is doing; what it has written so far is kept, and wait_agent gives it. One at rest stays as it is.",
  schema: z.strictObject({ chat_id: agentIdSchema }),
  runs_in: "worker",
  flags: { reattaches: true },
  async run({ chat_id }, context) {
    return { result: await chatAgentsOf(context).interrupt(chat_id, context.signal), is_error: false };
  },
});
