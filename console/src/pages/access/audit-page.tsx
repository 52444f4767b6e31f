// The audit log, for admins: who did what to the deployment, its users and keys.
import { useCallback, useState } from "react";
import { shownText } from "../../chat/markdown/shown-text.ts";
import { everturn } from "../../state/everturn.ts";
import { useMe } from "../../state/sign-in.ts";
import { Button } from "../../ui/controls/button.tsx";
import { TextField } from "../../ui/controls/field.tsx";
import { EmptyState } from "../../ui/shown/empty-state.tsx";
import { TimeAgo } from "../../ui/shown/time.tsx";
import { FieldColumns } from "../parts/forms/form-body.tsx";
import { Page, Shown } from "../parts/page.tsx";
import { MoreRows, Row, Rows } from "../parts/rows.tsx";
import { type From, usePages } from "../parts/use-pages.ts";
import type { AuditEntry } from "../parts/wire.ts";
import styles from "./access.module.css";

interface Filter {
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
}

export default function AuditPage() {
  const me = useMe();
  const [filter, setFilter] = useState<Filter>({});
  if (me.role !== "admin") {
    return (
      <Page title="Audit log">
        <EmptyState title="Only admins see the audit log" />
      </Page>
    );
  }
  return (
    <Page title="Audit log" about="What was done to the deployment, its users and keys; newest first.">
      <FilterForm onFilter={setFilter} />
      <Entries key={JSON.stringify(filter)} filter={filter} />
    </Page>
  );
}

function FilterForm({ onFilter }: { readonly onFilter: (filter: Filter) => void }) {
  const [typed, setTyped] = useState({ actor: "", action: "", target: "" });
  const given = Object.fromEntries(
    Object.entries(typed)
      .map(([name, text]) => [name, text.trim()] as const)
      .filter(([, text]) => text !== ""),
  );
  return (
    <form
      className={styles.filter}
      onSubmit={(event) => {
        event.preventDefault();
        onFilter(given);
      }}
    >
      <FieldColumns>
        <TextField
          label="Action"
          placeholder="user.suspend"
          value={typed.action}
          onChange={(event) => setTyped({ ...typed, action: event.target.value })}
        />
        <TextField
          label="Who: a user's id"
          value={typed.actor}
          onChange={(event) => setTyped({ ...typed, actor: event.target.value })}
        />
        <TextField
          label="What: its id"
          value={typed.target}
          onChange={(event) => setTyped({ ...typed, target: event.target.value })}
        />
      </FieldColumns>
      <div>
        <Button type="submit">Filter</Button>
      </div>
    </form>
  );
}

function EntryRow({ entry }: { readonly entry: AuditEntry }) {
  const { at, actor_name, actor_kind, action, target_type, target_id, detail, address } = entry;
  const from = address === null ? "" : ` from ${address}`;
  return (
    <Row
      title={<code>{action}</code>}
      state={
        <>
          {actor_name ?? "nobody"} ({actor_kind}), <TimeAgo at={at} />
          {from}
        </>
      }
      about={
        <>
          {target_type} {target_id}
          {Object.keys(detail).length === 0 ? null : (
            <code className={styles.detail}>{shownText(JSON.stringify(detail))}</code>
          )}
        </>
      }
    />
  );
}

function Entries({ filter }: { readonly filter: Filter }) {
  const loadPage = useCallback(
    (from: From, signal?: AbortSignal) => everturn.auditLog.list({ ...from, ...filter }, { signal }),
    [filter],
  );
  const list = usePages<AuditEntry>(loadPage, JSON.stringify(filter));
  return (
    <Shown of={list}>
      {({ items }) =>
        items.length === 0 ? (
          <NoEntries isFiltered={Object.keys(filter).length > 0} />
        ) : (
          <>
            <Rows label="Entries of the audit log">
              {items.map((entry) => (
                <EntryRow key={entry.id} entry={entry} />
              ))}
            </Rows>
            <MoreRows {...list} />
          </>
        )
      }
    </Shown>
  );
}

function NoEntries({ isFiltered }: { readonly isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState title="Nothing fits">No entry of the log is like this. Take a filter out.</EmptyState>
  ) : (
    <EmptyState title="Nothing was done yet">
      Changes of settings, models, users and keys will stand here.
    </EmptyState>
  );
}
