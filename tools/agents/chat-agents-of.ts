// Finds the subagents of the call's chat, and the schema that names one of them.
import { z } from "zod";
import type { ToolContext } from "../tool.ts";
import { ToolError } from "../tool-error.ts";
import type { ChatAgents } from "./chat-agents.ts";

/** Throws `ToolError` if the chat cannot have subagents. */
export function chatAgentsOf({ agents }: ToolContext): ChatAgents {
  if (agents !== undefined) return agents;
  throw new ToolError("This chat cannot have agents: an agent has none of its own.");
}

export const agentIdSchema = z.string().max(100).describe("chat_id of the agent, as spawn_agent gave it.");
