// Invariant 4 for one reader of a chat at rest: what it shows is what the store holds, byte
// for byte, and on the way there nothing was shown twice. Pure.

import type { ChatStatus, Message } from "../../../core/chat/message.ts";
import type { ChatView } from "../../../core/stream/chat-reducer.ts";
import type { Finding, FindingKind } from "./finding.ts";

export interface Stored {
  /** As the API shows them, oldest first. */
  readonly messages: readonly Message[];
  readonly status: ChatStatus;
}

/** Whether the reader has arrived. */
export function showsStored(view: ChatView, stored: Stored): boolean {
  return view.caught_up && differences(view, stored).length === 0;
}

export function checkView(name: string, view: ChatView, stored: Stored): Finding[] {
  return differences(view, stored).map(({ kind, what }) => ({ invariant: 4, kind, where: name, what }));
}

/** What the reader noted on its way, in the words of the checked reader and of the audit. */
export function checkNotes(name: string, notes: readonly string[]): Finding[] {
  return notes.map((what) => ({ invariant: 4, kind: kindOfNote(what), where: name, what }));
}

function kindOfNote(note: string): FindingKind {
  if (/^(gap|missing)/.test(note)) return "lost";
  if (/^(doubled|shown twice)/.test(note)) return "doubled";
  return note.startsWith("reordered") ? "reordered" : "wrong";
}

interface Difference {
  readonly kind: FindingKind;
  readonly what: string;
}

function differences(view: ChatView, stored: Stored): Difference[] {
  const shown = new Map(view.messages.map((message) => [message.id, message]));
  const kept = new Set(stored.messages.map(({ id }) => id));
  const found: Difference[] = [];
  for (const message of stored.messages) {
    const seen = shown.get(message.id);
    if (seen === undefined) found.push({ kind: "lost", what: `${message.role} ${message.id} is not shown` });
    else if (JSON.stringify(seen) !== JSON.stringify(message))
      found.push({
        kind: kindOfChange(seen, message),
        what: `${message.role} ${message.id} is shown otherwise`,
      });
  }
  for (const { id, role } of view.messages) {
    if (!kept.has(id)) found.push({ kind: "doubled", what: `${role} ${id} is shown and not stored` });
  }
  for (const [slot, { episode, content }] of view.previews) {
    if (content.size > 0)
      found.push({ kind: "doubled", what: `${episode} is shown in slot “${slot}” beside it` });
  }
  if (view.status !== stored.status)
    found.push({ kind: "wrong", what: `status ${view.status} is shown, not ${stored.status}` });
  return found;
}

function kindOfChange(seen: Message, stored: Message): FindingKind {
  const [a, b] = [JSON.stringify(seen.content).length, JSON.stringify(stored.content).length];
  if (a === b) return "wrong";
  return a < b ? "lost" : "doubled";
}
