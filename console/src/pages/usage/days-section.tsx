// Cost, tokens or calls by day: a plot for the eye, and the same numbers as a table.
import { lazy, Suspense, useMemo, useState } from "react";
import { type Column, Table } from "../../ui/shown/table.tsx";
import { costWords, countWords } from "../../ui/words.ts";
import { Section } from "../parts/page.tsx";
import type { UsageReport } from "../parts/wire.ts";
import { daysOf, type Period } from "./period.ts";
import styles from "./usage.module.css";

// The plots are a library of their own, loaded when they are first seen.
const DayPlot = lazy(() => import("./day-plot.tsx"));

const MEASURES = {
  cost: "Cost",
  tokens: "Tokens",
  calls: "Model calls",
} as const;
type Measure = keyof typeof MEASURES;

interface DaysInput {
  readonly report: UsageReport;
  readonly period: Period;
}

export function DaysSection({ report, period }: DaysInput) {
  const [measure, setMeasure] = useState<Measure>(report.total_cost_micros > 0 ? "cost" : "tokens");
  const days = useMemo(() => numbersByDay(report, period), [report, period]);
  const values = useMemo(() => days.map((day) => day[measure]), [days, measure]);
  const words = measure === "cost" ? costWords : countWords;
  return (
    <Section
      title="By day"
      about="Days are those of UTC."
      actions={
        <select
          className={styles.choice}
          aria-label="What is plotted"
          value={measure}
          onChange={(event) => setMeasure(event.target.value as Measure)}
        >
          {Object.entries(MEASURES).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      }
    >
      <div className={styles.plot} aria-hidden>
        <Suspense fallback={null}>
          <DayPlot days={days.map(({ day }) => day)} values={values} words={words} />
        </Suspense>
      </div>
      <details>
        <summary>The numbers as a table</summary>
        <DayTable days={days} />
      </details>
    </Section>
  );
}

interface DayNumbers {
  readonly day: string;
  readonly cost: number;
  readonly tokens: number;
  readonly calls: number;
}

/** All days of the period: on those that the report does not name, nothing was used. */
function numbersByDay(report: UsageReport, period: Period): DayNumbers[] {
  const byDay = new Map((report.groups ?? []).map((group) => [group.key, group]));
  return daysOf(period).map((day) => {
    const group = byDay.get(day);
    const { total_cost_micros: cost = 0, request_count: calls = 0 } = group ?? {};
    return { day, cost, calls, tokens: group?.usage.total_tokens ?? 0 };
  });
}

const COLUMNS: readonly Column<DayNumbers>[] = [
  { name: "Day", cell: ({ day }) => day },
  { name: "Cost", kind: "number", cell: ({ cost }) => costWords(cost) },
  { name: "Tokens", kind: "number", cell: ({ tokens }) => countWords(tokens) },
  { name: "Calls", kind: "number", cell: ({ calls }) => countWords(calls) },
];

function DayTable({ days }: { readonly days: readonly DayNumbers[] }) {
  const used = days.filter(({ calls }) => calls > 0).toReversed();
  if (used.length === 0) return <p>Nothing was used in this period.</p>;
  return <Table caption="Usage by day" columns={COLUMNS} rows={used} keyOf={({ day }) => day} />;
}
