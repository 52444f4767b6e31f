// What model calls have cost: by day as a plot, and by model, user and chat as tables.
import { useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { isAdmin as isAdminUser, useMe } from "../../state/sign-in.ts";
import { TextField } from "../../ui/controls/field.tsx";
import { costWords, countWords } from "../../ui/words.ts";
import { Page, Shown } from "../parts/page.tsx";
import { Facts } from "../parts/rows.tsx";
import { useLoad } from "../parts/use-load.ts";
import type { UsageReport } from "../parts/wire.ts";
import { DaysSection } from "./days-section.tsx";
import { GroupTable } from "./group-table.tsx";
import { MyLimit } from "./my-limit.tsx";
import { type Period, periodOf, RANGES, type Range } from "./period.ts";
import styles from "./usage.module.css";

export default function UsagePage() {
  const isAdmin = isAdminUser(useMe());
  const [range, setRange] = useState<Range>("30-days");
  const [own, setOwn] = useState({ from: "", to: "" });
  const period = periodOf(range, own, new Date());
  return (
    <Page
      title="Usage"
      about={isAdmin ? "What all users have spent." : "What you have spent."}
      actions={<RangeChoice range={range} onChange={setRange} />}
    >
      {range === "own" ? <OwnRange own={own} onChange={setOwn} /> : null}
      <MyLimit />
      {period === null ? (
        <p>Choose a first and a last day.</p>
      ) : (
        <Reports key={JSON.stringify(period)} period={period} isAdmin={isAdmin} />
      )}
    </Page>
  );
}

interface RangeChoiceInput {
  readonly range: Range;
  readonly onChange: (range: Range) => void;
}

function RangeChoice({ range, onChange }: RangeChoiceInput) {
  return (
    <select
      className={styles.choice}
      aria-label="Period"
      value={range}
      onChange={(event) => onChange(event.target.value as Range)}
    >
      {RANGES.map(([value, words]) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </select>
  );
}

interface OwnRangeInput {
  readonly own: { readonly from: string; readonly to: string };
  readonly onChange: (own: { readonly from: string; readonly to: string }) => void;
}

function OwnRange({ own, onChange }: OwnRangeInput) {
  return (
    <div className={styles.range}>
      {(["from", "to"] as const).map((name) => (
        <TextField
          key={name}
          label={name === "from" ? "First day" : "Last day"}
          type="date"
          value={own[name]}
          onChange={(event) => onChange({ ...own, [name]: event.target.value })}
        />
      ))}
    </div>
  );
}

interface ReportsInput {
  readonly period: Period;
  readonly isAdmin: boolean;
}

function Reports({ period, isAdmin }: ReportsInput) {
  const reports = useLoad(async (signal) => {
    const by = (group_by: NonNullable<UsageReport["group_by"]>) =>
      everturn.usage.report({ ...period, group_by }, { signal });
    const [days, models, users, chats] = await Promise.all([by("day"), by("model"), by("user"), by("chat")]);
    return { days, models, users, chats };
  }, `${period.from} ${period.to}`);
  return (
    <Shown of={reports}>
      {({ days, models, users, chats }) => (
        <>
          <Totals report={days} />
          <DaysSection report={days} period={period} />
          <GroupTable title="By model" report={models} nameOf={(key) => key} />
          {isAdmin ? (
            <GroupTable title="By user" report={users} nameOf={(key, label) => label ?? key} />
          ) : null}
          <GroupTable
            title="By chat"
            report={chats}
            nameOf={(key, label) => label ?? `Chat ${key.slice(0, 8)}…`}
            hrefOf={(key, label) => (label === null ? null : `/chats/${key}`)}
          />
        </>
      )}
    </Shown>
  );
}

function Totals({ report }: { readonly report: UsageReport }) {
  const { usage, unpriced_request_count: unpriced } = report;
  return (
    <>
      <Facts
        facts={[
          ["Cost", costWords(report.total_cost_micros)],
          ["Model calls", countWords(report.request_count)],
          ["Input tokens", countWords(usage.input_tokens)],
          ["From the cache", countWords(usage.cache_read_tokens)],
          ["Output tokens", countWords(usage.output_tokens)],
        ]}
      />
      {unpriced === 0 ? null : (
        <p>
          {countWords(unpriced)} of these calls have no price, or their provider has not said what they used.
          They are not in the cost. Prices are set at each model.
        </p>
      )}
    </>
  );
}
