// Starts a subagent: a chat of its own that works beside this one (SPEC G1, G2).
import { z } from "zod";
import { AGENT_TYPES } from "../../core/agents/agent.ts";
import { defineTool } from "../define-tool.ts";
import { agentPromptCharsMax, agentTitleCharsMax, profileNameCharsMax } from "../tool-limits.ts";
import { chatAgentsOf } from "./chat-agents-of.ts";

const schema = z.strictObject({
  type: z
    .enum(AGENT_TYPES)
    .describe("general: has the tools that you have, except agents. explore: has only those that read."),
  prompt: z
    .string()
    .min(1)
    .max(agentPromptCharsMax)
    .describe("The whole task. The agent sees nothing of this conversation, so say all that it needs."),
  title: z.string().min(1).max(agentTitleCharsMax).optional().describe("A few words for people."),
  profile: z
    .string()
    .min(1)
    .max(profileNameCharsMax)
    .optional()
    .describe(
      "Name of a profile: the prompt, model, tools and skills of another kind of agent. It never has more tools than you. Default: as you are.",
    ),
  model_config_id: z.uuid().optional().describe("Another model config. Default: the one you run on."),
});

/** `spawn_agent`: {chat_id, title, type, status}. */
export const spawnAgent = defineTool({
  name: "spawn_agent",
  description:
    "Starts an agent that works on a task of its own, beside you and in the same workspace or project folder, and answers at once with its chat_id. " +
    "Use agents for parts that are independent of each other; start several in one answer, then call wait_agent for each report. " +
    "An agent cannot start agents. Its last message is its report.",
  schema,
  runs_in: "worker",
  flags: { reattaches: true },
  async run(args, context) {
    return { result: await chatAgentsOf(context).spawn(args, context.signal), is_error: false };
  },
});
