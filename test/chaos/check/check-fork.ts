// Invariant 1 for a fork: it has what was committed when it was made, in order and unchanged, and nothing that came later. Pure.
import type { Message } from "../../../core/chat/message.ts";
import type { LedgerFork } from "../chat-ledger.ts";
import type { Finding } from "./finding.ts";

/** What the fork had before it was written to: @param copied as people see it, oldest first */
export function checkFork(name: string, fork: LedgerFork, copied: readonly Message[]): Finding[] {
  const find = (kind: Finding["kind"], what: string): Finding[] => [
    { invariant: 1, kind, where: name, what },
  ];
  const least = shown(upTo(fork.before, fork.until));
  const most = shown(upTo(fork.after, fork.until));
  const own = shown(copied);
  // Calls that were open have a result of the fork's own, as its last message.
  const kept = own.findIndex((text, at) => text !== most[at]);
  const same = kept < 0 ? own.length : kept;
  const closes = same === own.length - 1 && copied.at(-1)?.role === "tool";
  if (same < least.length)
    return find("lost", `message ${same + 1} of the source is not in the fork as it was`);
  if (same < own.length && !closes) return find("wrong", `message ${same + 1} is none of the source`);
  return [];
}

function upTo(messages: readonly Message[], until: number | null): readonly Message[] {
  return until === null ? messages : messages.filter(({ id }) => id <= until);
}

function shown(messages: readonly Message[]): string[] {
  return messages.map(({ role, content, interrupted }) => JSON.stringify({ role, content, interrupted }));
}
