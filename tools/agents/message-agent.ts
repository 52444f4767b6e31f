// Sends a message to a subagent: one at rest goes on with it, one at work reads it after its turn, or at once (SPEC G1).
import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { agentPromptCharsMax } from "../tool-limits.ts";
import { agentIdSchema, chatAgentsOf } from "./chat-agents-of.ts";

const schema = z.strictObject({
  chat_id: agentIdSchema,
  message: z.string().min(1).max(agentPromptCharsMax),
  interrupt: z
    .boolean()
    .optional()
    .describe(
      "Stop what the agent is doing and have it read the message now. Default: it reads it when its turn ends.",
    ),
});

/** `message_agent`: {chat_id, title, status, queued}. */
export const messageAgent = defineTool({
  name: "message_agent",
  description:
    "Sends a message to an agent of yours. One that has reported goes on with it, and wait_agent then gives its next report.",
  schema,
  runs_in: "worker",
  flags: { reattaches: true },
  async run(args, context) {
    return { result: await chatAgentsOf(context).message(args, context.signal), is_error: false };
  },
});
