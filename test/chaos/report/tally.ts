// What a run has counted, chat by chat, so that nothing else of a chat need be kept.
import { CHAT_SUMMARIZED } from "../../../core/chat/compaction.ts";
import type { ChaosReader } from "../chaos-reader.ts";
import type { ChatLedger } from "../chat-ledger.ts";
import { isOfServer } from "../check/check-calls.ts";
import { callsOf, resultsOf, type StoredRow } from "../check/stored-row.ts";

export interface FinishedChat {
  readonly ledger: ChatLedger;
  readonly rows: readonly StoredRow[];
  readonly readers: readonly ChaosReader[];
  readonly subagents: readonly unknown[];
  readonly modelCalls: number;
  readonly longestToRestMs: number;
}

export class Tally {
  readonly counts = {
    chats: 0,
    /** In need of a sandbox, which this machine does not have. */
    chats_left_out: 0,
    turns: 0,
    messages_accepted: 0,
    messages_stored: 0,
    answers_kept_after_interrupts: 0,
    messages_that_steered: 0,
    compactions: 0,
    forks: 0,
    subagents: 0,
    calls_answered: 0,
    mcp_calls: 0,
    mcp_calls_failed: 0,
    tool_calls: 0,
    commands: 0,
    model_calls: 0,
    readers: 0,
    connections: 0,
    parts: 0,
    preview_resets: 0,
    history_resets: 0,
    longest_to_rest_ms: 0,
  };

  add({ ledger, rows: all, readers, subagents, modelCalls, longestToRestMs }: FinishedChat): void {
    const { counts } = this;
    counts.longest_to_rest_ms = Math.max(counts.longest_to_rest_ms, Math.round(longestToRestMs));
    const rows = all.filter(({ visibility }) => visibility !== "model");
    const calls = rows.flatMap(({ content }) => callsOf(content));
    counts.chats++;
    counts.turns += rows.filter(({ role }) => role === "user").length;
    counts.messages_accepted += [...ledger.entries.values()].filter(({ fate }) => fate !== "refused").length;
    counts.messages_stored += rows.length;
    counts.answers_kept_after_interrupts += rows.filter(({ interrupted }) => interrupted).length;
    counts.tool_calls += calls.length;
    counts.messages_that_steered += rows.filter(
      ({ role, id, turn_id }) => role === "user" && id !== turn_id,
    ).length;
    counts.compactions += calls.filter(({ tool_name }) => tool_name === CHAT_SUMMARIZED).length;
    counts.calls_answered += ledger.answers.size;
    counts.forks += ledger.forks.length;
    counts.subagents += subagents.length;
    const results = rows.flatMap(({ content }) => resultsOf(content)).filter(isOfServer);
    counts.mcp_calls += results.length;
    counts.mcp_calls_failed += results.filter(({ is_error }) => is_error).length;
    counts.commands += calls.filter(({ tool_name }) => tool_name === "execute").length;
    counts.model_calls += modelCalls;
    counts.readers += readers.length;
    for (const reader of readers) {
      counts.connections += reader.connects;
      counts.parts += reader.audit.parts;
      counts.preview_resets += reader.audit.resets;
      counts.history_resets += reader.historyResets;
    }
  }
}
