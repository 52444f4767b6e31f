// What each model, user or chat has used, dearest first.
import { Link } from "wouter";
import { type Column, Table } from "../../ui/shown/table.tsx";
import { costWords, countWords } from "../../ui/words.ts";
import { Section } from "../parts/page.tsx";
import type { UsageReport } from "../parts/wire.ts";
import styles from "./usage.module.css";

type Group = NonNullable<UsageReport["groups"]>[number];

interface GroupTableInput {
  readonly title: string;
  readonly report: UsageReport;
  readonly nameOf: (key: string, label: string | null) => string;
  readonly hrefOf?: (key: string, label: string | null) => string | null;
}

export function GroupTable({ title, report, nameOf, hrefOf }: GroupTableInput) {
  const groups = report.groups ?? [];
  const most = Math.max(...groups.map(sizeOf));
  const columns: readonly Column<Group>[] = [
    {
      name: "Name",
      cell: (group) => {
        const name = nameOf(group.key, group.label);
        const href = hrefOf?.(group.key, group.label) ?? null;
        return (
          <>
            {href === null ? name : <Link href={href}>{name === "" ? "Untitled chat" : name}</Link>}
            <span
              className={styles.share}
              aria-hidden
              style={{ width: `${(sizeOf(group) / most) * 100}%` }}
            />
          </>
        );
      },
    },
    { name: "Cost", kind: "number", cell: spentWords },
    {
      name: "Input",
      kind: "number",
      cell: ({ usage }) => countWords(usage.input_tokens + usage.cache_read_tokens),
    },
    { name: "Output", kind: "number", cell: ({ usage }) => countWords(usage.output_tokens) },
    { name: "Calls", kind: "number", cell: ({ request_count }) => countWords(request_count) },
  ];
  return (
    <Section title={title}>
      {groups.length === 0 ? (
        <p>Nothing was used in this period.</p>
      ) : (
        <Table caption={title} columns={columns} rows={groups} keyOf={({ key }) => key} />
      )}
      {report.groups_truncated ? <p>There are more; these are the dearest.</p> : null}
    </Section>
  );
}

/** Where nothing has a price, tokens say who has used the most. */
function sizeOf(group: Group): number {
  return group.total_cost_micros > 0 ? group.total_cost_micros : group.usage.total_tokens / 1_000_000;
}

function spentWords(group: Group): string {
  if (group.unpriced_request_count === 0) return costWords(group.total_cost_micros);
  if (group.unpriced_request_count === group.request_count) return "no price";
  return `${costWords(group.total_cost_micros)} + ${countWords(group.unpriced_request_count)} unpriced`;
}
