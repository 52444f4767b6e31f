// Builds the prompt of a model call from committed history. Every tool result has its call, and every call its result.
import type { Role, Visibility } from "../chat/message.ts";
import type { Part, ToolCallPart } from "../part/part.ts";
import { contextText } from "./context-text.ts";

/** A message as a prompt uses it. */
export interface PromptEntry {
  readonly role: Role;
  readonly content: readonly Part[];
  /** Who wrote it. Provider data is sent only to the provider that wrote it. */
  readonly provider: string | null;
}

interface HistoryMessage extends PromptEntry {
  readonly id: number;
  /** A boundary: its text stands for everything before it, or that was cleared. */
  readonly compressed?: boolean;
  /** For a boundary: the user messages before it that follow it word for word. */
  readonly keeps?: readonly number[] | null;
  readonly visibility?: Visibility;
  /** Null: it was not to be JSON. */
  readonly structured_output?: unknown;
}

/** What a prompt is made of (SPEC K3, K4): system messages, the newest boundary, what that keeps, and what follows it. */
export function afterBoundary<M extends HistoryMessage>(messages: readonly M[]): M[] {
  const place = messages.findLastIndex((message) => message.compressed === true);
  const boundary = messages[place];
  if (boundary === undefined) return [...messages];
  const before = messages.slice(0, place);
  const kept = new Set(boundary.keeps ?? []);
  const newest = before.findLast(isContext);
  return [
    // Of the context what was read last: what it replaced was of use as long as the calls after it were there.
    ...before.filter((message) => message.role === "system" && (!isContext(message) || message === newest)),
    boundary,
    ...before.filter((message) => message.role === "user" && kept.has(message.id)),
    ...messages.slice(place + 1),
  ];
}

function isContext({ content }: Pick<PromptEntry, "content">): boolean {
  return content.some((part) => part.type === "context");
}

/**
 * The history without signed or sealed content that providers no longer accept, each up to a certain message. What they
 * wrote later stays, because they wrote it after exactly this history.
 */
export function withoutSeals<M extends HistoryMessage>(
  history: readonly M[],
  unsealed: Readonly<Record<string, number>>,
): M[] {
  return history.map((message) => {
    const until = message.provider === null ? undefined : unsealed[message.provider];
    return until !== undefined && message.id <= until ? { ...message, provider: null } : message;
  });
}

/**
 * The messages that a provider gets, oldest first: everything after the newest boundary. Calls that the provider ran
 * keep their results beside them. A local call without a result (which cannot exist, SPEC S4) and a result without its
 * call are left out, because either would make the provider refuse the whole request.
 */
export function buildPrompt(history: readonly HistoryMessage[]): PromptEntry[] {
  const messages = withQuestionsLast(withoutStaleAsks(afterBoundary(history)));
  const parts = messages.flatMap((message) => message.content);
  const answered = new Set(parts.flatMap((part) => (part.type === "tool-result" ? [part.tool_call_id] : [])));
  const called = new Set(parts.flatMap((part) => (part.type === "tool-call" ? [part.tool_call_id] : [])));
  const keeps = (part: Part) => {
    if (part.type === "tool-call") return isWhole(part, answered);
    return part.type !== "tool-result" || called.has(part.tool_call_id);
  };
  return messages.flatMap((message) => {
    const { role, provider, content } = isContext(message) ? toldContext(message) : message;
    const kept = content.filter(keeps);
    return saysSomething(kept) ? [{ role, provider, content: kept }] : [];
  });
}

/** What only the model is told, in words that no person has said. */
function isToldBySystem(message: HistoryMessage): boolean {
  if (isContext(message)) return true;
  return message.role === "user" && message.visibility === "model" && message.compressed !== true;
}

/**
 * Without what an answer that did not fit was asked again for, where the turn was stopped before another answer: the next message
 * may want no JSON at all (SPEC C12).
 */
function withoutStaleAsks<M extends HistoryMessage>(messages: readonly M[]): readonly M[] {
  return messages.filter((message, at) => {
    const isAsk =
      messages[at - 1]?.structured_output != null && isToldBySystem(message) && !isContext(message);
    return !isAsk || messages.slice(at + 1).find((after) => !isToldBySystem(after))?.role !== "user";
  });
}

/** What was read for a question comes before it: a model answers what it reads last. */
function withQuestionsLast<M extends HistoryMessage>(messages: readonly M[]): M[] {
  const arranged: M[] = [];
  for (const message of messages) {
    const last = arranged.at(-1);
    if (last?.role === "user" && last.compressed !== true && isToldBySystem(message)) {
      arranged.splice(-1, 1, message, last);
    } else arranged.push(message);
  }
  return arranged;
}

/** It stays where it was read, as words of the user's side: system messages are gathered at the beginning of a prompt, which is not to change. */
function toldContext({ content }: PromptEntry): PromptEntry {
  const texts = content.flatMap((part) => (part.type === "context" ? [contextText(part)] : []));
  return { role: "user", provider: null, content: texts.map((text) => ({ type: "text", text })) };
}

function isWhole(call: ToolCallPart, answered: ReadonlySet<string>): boolean {
  return call.provider_executed === true || answered.has(call.tool_call_id);
}

/** Reasoning alone is not a message: providers refuse an assistant turn with nothing else. */
function saysSomething(content: readonly Part[]): boolean {
  return content.some((part) => part.type !== "reasoning" && (part.type !== "text" || part.text !== ""));
}
