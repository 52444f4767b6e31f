// What a chaos run reports, and how it is printed.
import type { Finding, FindingKind } from "../check/finding.ts";
import type { FaultKind } from "../plan/plan.ts";

export interface ChaosReport {
  readonly seed: number;
  readonly asked_turns: number;
  readonly commit: string;
  readonly machine: string;
  readonly duration_s: number;
  readonly counts: Counts;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly findings: readonly Finding[];
  /** Logs of the processes; gone unless something was found or the folder was to be kept. */
  readonly folder: string;
}

export interface Counts {
  readonly chats: number;
  readonly chats_left_out: number;
  /** Turns that ran, those that edits took away too. */
  readonly turns: number;
  readonly messages_accepted: number;
  readonly messages_stored: number;
  readonly answers_kept_after_interrupts: number;
  readonly messages_that_steered: number;
  readonly compactions: number;
  readonly forks: number;
  readonly subagents: number;
  readonly calls_answered: number;
  readonly mcp_calls: number;
  readonly mcp_calls_failed: number;
  readonly tool_calls: number;
  readonly commands: number;
  readonly model_calls: number;
  readonly readers: number;
  readonly connections: number;
  readonly parts: number;
  readonly preview_resets: number;
  readonly history_resets: number;
  readonly longest_to_rest_ms: number;
  readonly requests_repeated: number;
  readonly deaths_at_failpoints: number;
  readonly runs: number;
  readonly replayed: number;
  readonly longest_without_run_ms: number;
}

/** How the kinds of findings are called in the last line; the rest are "other". */
const VERDICTS: readonly (readonly [string, readonly FindingKind[]])[] = [
  ["missing", ["lost"]],
  ["doubled", ["doubled"]],
  ["reordered", ["reordered"]],
  ["wrong", ["wrong"]],
  ["overlapping", ["overlap"]],
  ["stuck", ["stuck", "open"]],
  ["not deterministic", ["undeterministic"]],
  ["broken off", ["broken"]],
];
const FINDINGS_SHOWN = 40;

export function renderReport(report: ChaosReport): string {
  const { counts, faults } = report;
  const rows: (readonly [string, string | number])[] = [
    ["seed", report.seed],
    ["commit", report.commit],
    ["machine", report.machine],
    ["duration", `${report.duration_s.toFixed(1)} s`],
    ...Object.entries(counts).map(([name, count]) => [name.replaceAll("_", " "), count] as const),
    ...Object.entries(faults)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([kind, count]) => [`fault ${kind}`, count] as const),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join("\n");
  return [table, verdict(report.findings), ...detailsOf(report)].join("\n\n");
}

/** `missing 0, doubled 0, …` */
function verdict(findings: readonly Finding[]): string {
  const words = VERDICTS.map(([word, kinds]) => {
    return `${word} ${findings.filter(({ kind }) => kinds.includes(kind)).length}`;
  });
  return `  ${words.join(", ")}`;
}

function detailsOf({ findings, folder, seed, asked_turns }: ChaosReport): string[] {
  if (findings.length === 0) return [];
  const lines = findings
    .slice(0, FINDINGS_SHOWN)
    .map(({ invariant, kind, where, what }) => `  ✘ ${invariant} ${kind} · ${where} · ${what}`);
  const more = findings.length - FINDINGS_SHOWN;
  if (more > 0) lines.push(`  … and ${more} more`);
  return [
    lines.join("\n"),
    `  The same plan again: npm run chaos -- --turns ${asked_turns} --seed ${seed}\n  Logs: ${folder}`,
  ];
}
