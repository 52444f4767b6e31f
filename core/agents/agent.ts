// Subagents: chats that another chat has started, and what its model is told of them. Pure.

import { agentReportBytesMax } from "../chat/limits.ts";
import type { ChatStatus, LastError } from "../chat/message.ts";
import type { JsonObject } from "../part/part.ts";
import { headOf } from "../text/truncate.ts";

/** `explore`: may only look at things. */
export const AGENT_TYPES = ["general", "explore"] as const;
export type AgentType = (typeof AGENT_TYPES)[number];

/** A subagent as it stands. */
export interface AgentView {
  readonly chat_id: string;
  readonly title: string;
  readonly type: AgentType;
  readonly status: ChatStatus;
  readonly last_error: LastError | null;
  /** Its last message; null: it has written none in its last turn. */
  readonly report: string | null;
  /** Its last turn was interrupted. */
  readonly interrupted: boolean;
}

export function isAtRest(status: ChatStatus): boolean {
  return status === "waiting" || status === "error";
}

/** How it stands, in one word for the model. */
export function agentStatus({ status, interrupted }: Pick<AgentView, "status" | "interrupted">): string {
  if (status === "error") return "error";
  if (status === "requires_action") return "waits_for_person";
  if (!isAtRest(status)) return "running";
  return interrupted ? "interrupted" : "finished";
}

/** The result of a wait that has ended, because the subagent rests or the time is over (SPEC G3). Neither is an error. */
export function waitResult(agent: AgentView): JsonObject {
  const { chat_id, title, last_error } = agent;
  const about = { chat_id, title, status: agentStatus(agent) };
  if (!isAtRest(agent.status)) return { ...about, timed_out: true, hint: "Call wait_agent to wait on." };
  const text = agent.report ?? "";
  const report = headOf(text, agentReportBytesMax);
  return {
    ...about,
    report,
    ...(report.length < text.length && { truncated: true }),
    ...(last_error !== null && { error: { kind: last_error.kind, message: last_error.message } }),
  };
}

/** What the parent is told with its next turn of subagents that ended while nobody waited (SPEC G5). */
export function untoldNotice(agents: readonly Pick<AgentView, "chat_id" | "title" | "status">[]): string {
  const lines = agents.map(({ chat_id, title, status }) => {
    const end = status === "error" ? "ended in an error" : "has ended its turn";
    return `- ${JSON.stringify(title)} (chat_id ${chat_id}) ${end}`;
  });
  return [
    "<agents>",
    "Since your last turn these agents of yours have come to rest; wait_agent gives the report of each at once:",
    ...lines,
    "</agents>",
  ].join("\n");
}
