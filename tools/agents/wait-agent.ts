// Waits for a subagent's report. No worker waits: the turn's workflow does, by signal and timer (SPEC G3).
import { z } from "zod";
import { agentWaitDefaultMs, agentWaitMaxMs } from "../../core/chat/limits.ts";
import { defineTool } from "../define-tool.ts";
import { agentIdSchema, chatAgentsOf } from "./chat-agents-of.ts";

const schema = z.strictObject({
  chat_id: agentIdSchema,
  timeout_ms: z
    .int()
    .min(0)
    .max(agentWaitMaxMs)
    .default(agentWaitDefaultMs)
    .describe("How long to wait at most, in milliseconds. 0: only look."),
});

/** `wait_agent`: {chat_id, title, status, report, error?} or {chat_id, title, status, timed_out}. */
export const waitAgent = defineTool({
  name: "wait_agent",
  description:
    "Waits until an agent has come to rest, and gives its report: its last message. An agent that rests already is reported at once. " +
    "Call it for several agents in one answer to wait for all of them. When the time is over the result says timed_out, and the agent works on. " +
    "status: finished, error, interrupted, running, or waits_for_person (it asks the user something).",
  schema,
  runs_in: "worker",
  flags: { reattaches: true, polls: true },
  async run({ chat_id, timeout_ms }, context) {
    const wait = await chatAgentsOf(context).wait(chat_id, timeout_ms, context.signal);
    if (wait.type === "over") return { result: wait.result, is_error: false };
    return { result: {}, is_error: false, waits: { chat_id, left_ms: wait.left_ms } };
  },
});
