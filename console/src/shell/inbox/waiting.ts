// What waits for a person, over all chats. Pure.
import type { Chat, RequiredToolCall } from "../../../../client/index.ts";
import { shownText } from "../../chat/markdown/shown-text.ts";

export type WaitingItem =
  | {
      readonly type: "approval" | "client" | "plan";
      readonly chat: Chat;
      readonly calls: readonly RequiredToolCall[];
      readonly deadline_at: string | null;
    }
  | { readonly type: "error"; readonly chat: Chat; readonly message: string };

const PLAN_TOOL = "propose_plan";

/** Questions first, the most urgent at the top; then errors, the latest first. Archived chats ask nobody. */
export function waitingItems(chats: ReadonlyMap<string, Chat>): WaitingItem[] {
  const items: WaitingItem[] = [];
  for (const chat of chats.values()) if (!chat.archived) items.push(...itemsOf(chat));
  return items.sort(byUrgency);
}

const noChats: ReadonlySet<string> = new Set();

/**
 * How many the title shows: an error that was read waits for nobody.
 * @param fresh chats whose error nobody has seen yet, although there is nothing unread in them
 */
export function waitingCount(items: readonly WaitingItem[], fresh = noChats): number {
  return items.filter(({ type, chat }) => type !== "error" || chat.has_unread || fresh.has(chat.id)).length;
}

/** Where it stands: the same while anything of its kind waits in its chat. */
export function waitingKey({ chat, type }: WaitingItem): string {
  return `${chat.id}/${type}`;
}

/** What it waits for, one by one: people are told of each of them once. */
export function waitingIds(item: WaitingItem): readonly string[] {
  const key = waitingKey(item);
  if (item.type === "error") return [`${key}/${item.chat.history_version}`];
  // A server may ask again in the middle of the same call.
  return item.calls.flatMap(({ tool_call_id, questions }) =>
    questions === undefined
      ? [`${key}/${tool_call_id}`]
      : questions.map(({ question_id }) => `${key}/${tool_call_id}/${question_id}`),
  );
}

/** One line for a list or a notification. */
export function waitingWords(item: WaitingItem): string {
  switch (item.type) {
    case "approval":
      return `Wants to use ${namesOf(item.calls)}. It waits for your approval.`;
    case "client":
      return askedWords(item.calls);
    case "plan":
      return "Proposes a plan. It waits for you to approve or change it.";
    case "error":
      return `Stopped with an error: ${item.message}`;
  }
}

function itemsOf(chat: Chat): WaitingItem[] {
  if (chat.status === "error" && chat.last_error !== null)
    return [{ type: "error", chat, message: chat.last_error.message }];
  const action = chat.required_action;
  if (action === null || action.tool_calls.length === 0) return [];
  const kinds = ["approval", "client", "plan"] as const;
  return kinds.flatMap((type) => {
    const calls = action.tool_calls.filter((call) => kindOf(call) === type);
    return calls.length === 0 ? [] : [{ type, chat, calls, deadline_at: action.deadline_at }];
  });
}

function kindOf({ tool_name, kind }: RequiredToolCall): "approval" | "client" | "plan" {
  if (tool_name === PLAN_TOOL) return "plan";
  // A question of an MCP server is answered like one of the agent.
  return kind === "approval" ? "approval" : "client";
}

/** A server says what it asks; of a tool of the client its name is all there is. */
function askedWords(calls: readonly RequiredToolCall[]): string {
  const [first] = calls;
  const [question] = first?.questions ?? [];
  if (first === undefined || question === undefined) return `Asks you for an answer: ${namesOf(calls)}.`;
  return `${shownText(first.asked_by?.name ?? "A server")} asks: ${shownText(question.message)}`;
}

function namesOf(calls: readonly RequiredToolCall[]): string {
  return [...new Set(calls.map(({ tool_name }) => tool_name))].join(", ");
}

function byUrgency(a: WaitingItem, b: WaitingItem): number {
  if ((a.type === "error") !== (b.type === "error")) return a.type === "error" ? 1 : -1;
  const [left, right] = [deadlineOf(a), deadlineOf(b)];
  if (left !== right) return left < right ? -1 : 1;
  if (a.chat.updated_at === b.chat.updated_at) return 0;
  return a.chat.updated_at < b.chat.updated_at ? 1 : -1;
}

/** Without one it comes after all that have one. */
function deadlineOf(item: WaitingItem): string {
  return (item.type === "error" ? null : item.deadline_at) ?? "9999";
}
