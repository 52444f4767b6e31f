// Names of debug runs, steps and states in words.
import type { Tone } from "../parts/rows.tsx";
import type { DebugRun, DebugStep } from "../parts/wire.ts";

const KINDS: Readonly<Record<DebugRun["kind"], string>> = {
  chat_turn: "Turn",
  title: "Title",
  compaction: "Compaction",
  summary: "Summary",
};

const STATES: Readonly<Record<DebugStep["status"], { readonly tone: Tone; readonly words: string }>> = {
  in_progress: { tone: "busy", words: "Running" },
  interrupted: { tone: "quiet", words: "Interrupted" },
  error: { tone: "bad", words: "Failed" },
  completed: { tone: "good", words: "Completed" },
};

export function kindWords(kind: DebugRun["kind"]): string {
  return KINDS[kind];
}

export function stateWords(status: DebugStep["status"]): { readonly tone: Tone; readonly words: string } {
  return STATES[status];
}
