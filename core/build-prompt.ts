// Core is pure: the prompt of a model call, from committed history. Every tool result has its call, every call its result.
import type { Role } from "./message.ts";
import type { Part, ToolCallPart } from "./part.ts";

/** A message as a prompt holds it. */
export interface PromptEntry {
  readonly role: Role;
  readonly content: readonly Part[];
  /** Who wrote it: provider data is replayed only towards the same provider. */
  readonly provider: string | null;
}

interface HistoryMessage extends PromptEntry {
  readonly id: number;
}

/**
 * The messages a provider is sent, oldest first.
 * Provider-executed calls keep their results beside them; a local call whose result is missing (it cannot be, SPEC S4) and
 * a result without its call are left out, since one of them would make the provider refuse the whole request.
 */
export function buildPrompt(messages: readonly HistoryMessage[]): PromptEntry[] {
  const parts = messages.flatMap((message) => message.content);
  const answered = new Set(parts.flatMap((part) => (part.type === "tool-result" ? [part.tool_call_id] : [])));
  const called = new Set(parts.flatMap((part) => (part.type === "tool-call" ? [part.tool_call_id] : [])));
  const keeps = (part: Part) => {
    if (part.type === "tool-call") return isWhole(part, answered);
    return part.type !== "tool-result" || called.has(part.tool_call_id);
  };
  return messages.flatMap(({ role, provider, content }) => {
    const kept = content.filter(keeps);
    return saysSomething(kept) ? [{ role, provider, content: kept }] : [];
  });
}

function isWhole(call: ToolCallPart, answered: ReadonlySet<string>): boolean {
  return call.provider_executed === true || answered.has(call.tool_call_id);
}

/** Reasoning alone is no message: providers refuse an assistant turn that holds nothing else. */
function saysSomething(content: readonly Part[]): boolean {
  return content.some((part) => part.type !== "reasoning" && (part.type !== "text" || part.text !== ""));
}
