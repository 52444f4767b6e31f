// The lines at the bottom: what happens now, and what waits.
import type { ChatSnapshot } from "../../../client/index.ts";
import { cleanLine } from "../text/clean.ts";
import { type Span, styled } from "../text/style.ts";
import { clipped } from "../text/width.ts";
import { durationWords, secondsUntil } from "./words.ts";

const queuedShownMax = 3;

export interface StatusInput {
  readonly state: ChatSnapshot;
  readonly now: number;
  readonly columns: number;
  /** When the present turn was first seen at work. */
  readonly workingSince: number | null;
}

export function statusLines(input: StatusInput): Span[][] {
  const lines = [
    ...connectionLine(input),
    ...workLine(input),
    ...queueLines(input),
    ...attentionLines(input),
  ];
  return lines.map(({ text, style }) => [styled(style, clipped(text, input.columns))]);
}

function connectionLine({ state: { connection }, now }: StatusInput): Span[] {
  switch (connection.state) {
    case "live":
    case "resting":
      return [];
    case "connecting":
      return [styled("dim", "Connecting …")];
    case "reconnecting":
    case "offline": {
      const what = connection.state === "offline" ? "No network" : "The server is away";
      const wait = secondsUntil(connection.retryAt, now);
      return [
        styled("bad", `${what}. Next try in ${wait} s; nothing is lost. (${cleanLine(connection.reason)})`),
      ];
    }
    case "ended":
      return [
        styled("bad", connection.error === null ? "Disconnected." : cleanLine(connection.error.message)),
      ];
  }
}

function workLine({ state: { view }, now, workingSince }: StatusInput): Span[] {
  if (view.retry !== null) {
    const { message, attempt, attempts_max, retrying_at } = view.retry;
    const wait = secondsUntil(Date.parse(retrying_at), now);
    return [
      styled("bad", `${cleanLine(message)} Next try in ${wait} s (${attempt} of ${attempts_max} failed).`),
    ];
  }
  if (view.status === "interrupting") return [styled("dim", "Stopping …")];
  if (view.status !== "running") return [];
  const time = workingSince === null ? "" : ` ${durationWords(Math.max(0, now - workingSince))}`;
  return [styled("dim", `Working${time} · Ctrl-C stops it, Enter queues a message`)];
}

function queueLines({ state: { view } }: StatusInput): Span[] {
  const shown = view.queued_messages.slice(0, queuedShownMax).map(({ content, steer }, i) => {
    const words = content.map((part) => (part.type === "text" ? part.text : `[${part.type}]`)).join(" ");
    return styled("dim", `${steer ? "steers" : "queued"} ${i + 1}: ${cleanLine(words)}`);
  });
  const more = view.queued_messages.length - shown.length;
  return more > 0 ? [...shown, styled("dim", `and ${more} more queued`)] : shown;
}

/** Questions of subagents are answered in their own chats. */
function attentionLines({ state: { view } }: StatusInput): Span[] {
  const others = (view.chat?.attention ?? []).filter(({ chat_id }) => chat_id !== view.chat_id);
  return others.map(({ chat_id }) => styled("strong-question", `A subagent waits for you: /open ${chat_id}`));
}
