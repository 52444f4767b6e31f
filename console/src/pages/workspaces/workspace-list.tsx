// All workspaces of the caller, and the form that makes one.
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { everturn } from "../../state/everturn.ts";
import { Button } from "../../ui/controls/button.tsx";
import { EmptyState } from "../../ui/shown/empty-state.tsx";
import { agoWords } from "../../ui/words.ts";
import { Page, Section, Shown } from "../parts/page.tsx";
import { MoreRows, Row, Rows, StateWords } from "../parts/rows.tsx";
import { type From, usePages } from "../parts/use-pages.ts";
import type { Workspace } from "../parts/wire.ts";
import { CreateWorkspace } from "./create-workspace.tsx";
import { usePolled } from "./use-polled.ts";
import { WorkspaceActions } from "./workspace-actions.tsx";
import { isPassing, workspaceState } from "./workspace-state.ts";

function loadPage(from: From, signal?: AbortSignal) {
  return everturn.workspaces.list(from, { signal });
}

export function WorkspaceList() {
  const list = usePages<Workspace>(loadPage, "workspaces");
  const [creating, setCreating] = useState(false);
  const [, navigate] = useLocation();
  // More than one page is not read again by itself: it would forget the rest.
  const isShort = list.data?.next_cursor === null && list.data.items.length <= 50;
  usePolled(list.reload, isShort && list.data.items.some(isPassing));

  return (
    <Page
      title="Workspaces"
      about="A workspace is a machine of its own for an agent: files, a shell, and what its template brings. Chats make one when they need it, and you can make one here."
      actions={
        <Button kind="primary" disabled={creating} onClick={() => setCreating(true)}>
          New workspace
        </Button>
      }
    >
      {creating ? (
        <Section title="New workspace">
          <CreateWorkspace
            onCreated={(made) => navigate(`/workspaces/${made.id}`)}
            onCancel={() => setCreating(false)}
          />
        </Section>
      ) : null}
      <Shown of={list}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="You have no workspaces yet">
              Make one from a template, or ask an agent in a chat to do so.
            </EmptyState>
          ) : (
            <>
              <Rows label="Workspaces">
                {items.map((workspace) => (
                  <WorkspaceRow key={workspace.id} workspace={workspace} onChange={list.reload} />
                ))}
              </Rows>
              <MoreRows {...list} />
            </>
          )
        }
      </Shown>
    </Page>
  );
}

interface WorkspaceRowInput {
  readonly workspace: Workspace;
  readonly onChange: () => Promise<void>;
}

function WorkspaceRow({ workspace, onChange }: WorkspaceRowInput) {
  const state = workspaceState(workspace);
  const about = `From the template ${workspace.template}, last used ${agoWords(workspace.last_active_at, Date.now())}`;
  return (
    <Row
      title={<Link href={`/workspaces/${workspace.id}`}>{workspace.name}</Link>}
      state={<StateWords tone={state.tone}>{state.words}</StateWords>}
      about={workspace.error ?? about}
      actions={
        <WorkspaceActions workspace={workspace} onChange={onChange} onDeleted={() => void onChange()} />
      }
    />
  );
}
