// One workspace: its state, its files, the log of its newest build, and the chats that use it.
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { everturn } from "../../state/everturn.ts";
import { Button } from "../../ui/controls/button.tsx";
import { agoWords, durationWords } from "../../ui/words.ts";
import { Page, Section, Shown } from "../parts/page.tsx";
import { Facts, StateWords } from "../parts/rows.tsx";
import { type Loaded, useLoad } from "../parts/use-load.ts";
import type { Workspace } from "../parts/wire.ts";
import { BuildLog } from "./build-log.tsx";
import { WorkspaceChanges } from "./changes/workspace-changes.tsx";
import { WorkspaceFiles } from "./files/workspace-files.tsx";
import { TerminalSection } from "./terminal/terminal-section.tsx";
import { usePolled } from "./use-polled.ts";
import { WorkspaceActions } from "./workspace-actions.tsx";
import { WorkspaceChats } from "./workspace-chats.tsx";
import { isPassing, workspaceState } from "./workspace-state.ts";

export function WorkspaceView({ id }: { readonly id: string }) {
  const loaded = useLoad((signal) => everturn.workspaces.get(id, { signal }), id);
  const { data, reload } = loaded;
  usePolled(reload, data !== null && isPassing(data));
  const [, navigate] = useLocation();
  return (
    <Page
      title={data?.name ?? "Workspace"}
      wide
      back={<Link href="/workspaces">All workspaces</Link>}
      actions={
        data === null ? undefined : (
          <WorkspaceActions workspace={data} onChange={reload} onDeleted={() => navigate("/workspaces")} />
        )
      }
    >
      <Shown of={loaded}>{(workspace) => <WorkspaceBody workspace={workspace} loaded={loaded} />}</Shown>
    </Page>
  );
}

interface WorkspaceBodyInput {
  readonly workspace: Workspace;
  readonly loaded: Loaded<Workspace>;
}

function WorkspaceBody({ workspace, loaded }: WorkspaceBodyInput) {
  const { status, build } = workspace;
  const atWork = status === "building" || status === "failed";
  return (
    <>
      <WorkspaceFacts workspace={workspace} />
      {atWork ? <BuildSection workspace={workspace} opened onEnd={loaded.reload} /> : null}
      <Section title="Files">
        {status === "running" ? (
          <WorkspaceFiles workspaceId={workspace.id} key={build.id} />
        ) : (
          <p>Files are read while the workspace runs. {adviceFor(status)}</p>
        )}
      </Section>
      <TerminalSection workspace={workspace} onStopped={loaded.reload} />
      {status === "running" ? <ChangesSection workspaceId={workspace.id} /> : null}
      <Section title="Chats that use it">
        <WorkspaceChats workspaceId={workspace.id} />
      </Section>
      {atWork ? null : <BuildSection workspace={workspace} opened={false} onEnd={loaded.reload} />}
    </>
  );
}

function ChangesSection({ workspaceId }: { readonly workspaceId: string }) {
  const [open, setOpen] = useState(false);
  return (
    <Section
      title="Changes"
      about={open ? undefined : "What is different from the last commit, where git is used."}
    >
      {open ? (
        <WorkspaceChanges workspaceId={workspaceId} />
      ) : (
        <div>
          <Button onClick={() => setOpen(true)}>Show the changes</Button>
        </div>
      )}
    </Section>
  );
}

function adviceFor(status: Workspace["status"]): string {
  if (status === "stopped") return "Start it to see them.";
  if (status === "failed") return "Its build failed: the log says why.";
  return "This page follows by itself.";
}

function WorkspaceFacts({ workspace }: { readonly workspace: Workspace }) {
  const state = workspaceState(workspace);
  const { build, links, ttl_ms, parameters } = workspace;
  const given = Object.entries(parameters).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return (
    <>
      {workspace.error === null ? null : <p>{workspace.error}</p>}
      {workspace.agent_error === null ? null : <p>{workspace.agent_error}</p>}
      <Facts
        facts={[
          [
            "State",
            <StateWords key="state" tone={state.tone}>
              {state.words}
            </StateWords>,
          ],
          ["Template", workspace.template],
          ["Parameters", given.length === 0 ? "none" : given.join(", ")],
          ["Driver", workspace.driver],
          ["Newest build", buildWords(build)],
          ["Stops by itself", ttl_ms === null ? "never" : `after ${durationWords(ttl_ms)} without use`],
          ["Last used", agoWords(workspace.last_active_at, Date.now())],
          ["In Temporal", <TemporalLink key="temporal" href={links.temporal} />],
        ]}
      />
    </>
  );
}

function TemporalLink({ href }: { readonly href: string | null }) {
  if (href === null) return "No Web UI is configured";
  return (
    <a href={href} target="_blank" rel="noreferrer">
      Open its run in the Web UI
    </a>
  );
}

function buildWords(build: Workspace["build"]): string {
  const what = build.kind === "create" ? "made" : "started";
  if (build.finished_at === null || build.started_at === null) return `being ${what}`;
  const took = durationWords(Date.parse(build.finished_at) - Date.parse(build.started_at));
  if (build.status === "succeeded") return `${what} ${agoWords(build.finished_at, Date.now())}, in ${took}`;
  return `${build.status} ${agoWords(build.finished_at, Date.now())}, after ${took}`;
}

interface BuildSectionInput extends Pick<WorkspaceBodyInput, "workspace"> {
  readonly opened: boolean;
  readonly onEnd: () => Promise<void>;
}

function BuildSection({ workspace, opened, onEnd }: BuildSectionInput) {
  const [open, setOpen] = useState(opened);
  const { id, build } = workspace;
  return (
    <Section title="Build log" about={open ? undefined : "What the template printed while it was built."}>
      {open ? (
        <BuildLog key={build.id} workspaceId={id} buildId={build.id} onEnd={onEnd} />
      ) : (
        <div>
          <Button onClick={() => setOpen(true)}>Show the log</Button>
        </div>
      )}
    </Section>
  );
}
