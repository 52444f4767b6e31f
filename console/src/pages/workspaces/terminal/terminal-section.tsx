// The terminals of a workspace: those that are open, and a way to another one. The shells go on without this page.
import { useEffect, useRef, useState } from "react";
import type { Terminal } from "../../../../../client/index.ts";
import { everturn } from "../../../state/everturn.ts";
import { keep, readKept } from "../../../state/kept.ts";
import { Button } from "../../../ui/controls/button.tsx";
import { Tabs } from "../../../ui/controls/tabs.tsx";
import { Section } from "../../parts/page.tsx";
import { ProblemNotice } from "../../parts/problem-notice.tsx";
import { useAct } from "../../parts/use-act.ts";
import type { Workspace } from "../../parts/wire.ts";
import { TerminalView } from "./terminal-view.tsx";

/** Until the page knows how large its screen is. */
const firstSize = { cols: 80, rows: 24 };

interface TerminalSectionInput {
  readonly workspace: Workspace;
  /** A terminal has ended because the workspace was stopped. */
  readonly onStopped: () => Promise<void>;
}

export function TerminalSection({ workspace, onStopped }: TerminalSectionInput) {
  const { id, status } = workspace;
  const isRunning = status === "running";
  const shells = useTerminals(id, isRunning, onStopped);
  const { terminals, chosen, error, busy, open, close } = shells;
  const [readsAloud, setReadsAloud] = useReadsAloud();
  return (
    <div id="terminal" ref={useArrival(shells.opened)}>
      <Section
        title="Terminal"
        about={chosen === null ? aboutWords(workspace) : undefined}
        actions={
          chosen === null ? undefined : (
            <>
              <Button size="small" aria-pressed={readsAloud} onClick={() => setReadsAloud(!readsAloud)}>
                Screen reader
              </Button>
              {chosen.status === "closed" ? null : (
                <Button size="small" disabled={busy} onClick={() => close(chosen)}>
                  Close the terminal
                </Button>
              )}
              {isRunning ? (
                <Button size="small" disabled={busy} onClick={open}>
                  Open another
                </Button>
              ) : null}
            </>
          )
        }
      >
        {error === null ? null : <ProblemNotice error={error} />}
        {chosen === null && isRunning ? (
          <div>
            <Button disabled={busy} onClick={open}>
              Open a terminal
            </Button>
          </div>
        ) : null}
        {chosen === null ? null : terminals.length === 1 ? (
          <Shown shells={shells} terminal={chosen} readsAloud={readsAloud} />
        ) : (
          <Tabs
            label="Terminals"
            tabs={terminals.map((one, at) => ({ name: one.id, label: `Terminal ${at + 1}` }))}
            chosen={chosen.id}
            onChoose={shells.choose}
          >
            <Shown shells={shells} terminal={chosen} readsAloud={readsAloud} />
          </Tabs>
        )}
      </Section>
    </div>
  );
}

function aboutWords({ status }: Workspace): string {
  if (status === "running")
    return "A shell in the workspace's folder, with the rights and limits of its commands.";
  if (status === "stopped") return "A terminal needs a workspace that runs. Start it to open one.";
  return "A terminal needs a workspace that runs.";
}

interface ShownInput {
  readonly shells: Shells;
  readonly terminal: Terminal;
  readonly readsAloud: boolean;
}

function Shown({ shells, terminal, readsAloud }: ShownInput) {
  const { terminals, opened, take } = shells;
  const number = terminals.findIndex(({ id }) => id === terminal.id) + 1;
  return (
    <TerminalView
      key={terminal.id}
      terminal={terminal}
      name={terminals.length === 1 ? "Terminal" : `Terminal ${number}`}
      readsAloud={readsAloud}
      focused={opened === terminal.id}
      onState={take}
    />
  );
}

type Shells = ReturnType<typeof useTerminals>;

function useTerminals(workspaceId: string, isRunning: boolean, onStopped: () => Promise<void>) {
  const [terminals, setTerminals] = useState<readonly Terminal[]>([]);
  const [chosenId, choose] = useState<string | null>(null);
  /** By a person, here and now. */
  const [opened, setOpened] = useState<string | null>(null);
  const [listError, setListError] = useState<unknown>(null);
  const act = useAct();

  useEffect(() => {
    // Those of a workspace that was stopped have ended; what the page shows of them stays.
    if (!isRunning) return;
    const leave = new AbortController();
    everturn.workspaces
      .listTerminals(workspaceId, { signal: leave.signal })
      .then(({ items }) => {
        setListError(null);
        const living = items.filter(({ status }) => status !== "closed");
        setTerminals((before) => [
          ...before.filter(({ id }) => living.every((one) => one.id !== id)),
          ...living,
        ]);
      })
      .catch((error: unknown) => (leave.signal.aborted ? undefined : setListError(error)));
    return () => leave.abort();
  }, [workspaceId, isRunning]);

  const take = (changed: Terminal) => {
    setTerminals((before) => before.map((one) => (one.id === changed.id ? changed : one)));
    if (changed.end?.reason === "workspace_stopped") void onStopped();
  };
  const open = () =>
    act.run(async () => {
      const terminal = await everturn.workspaces.openTerminal(workspaceId, firstSize);
      setOpened(terminal.id);
      // What has ended makes room.
      setTerminals((before) => [...before.filter(({ status }) => status !== "closed"), terminal]);
      choose(terminal.id);
    });
  const close = ({ id }: Terminal) => act.run(() => everturn.workspaces.closeTerminal(workspaceId, id));
  const chosen = terminals.find(({ id }) => id === chosenId) ?? terminals.at(-1) ?? null;
  const { busy } = act;
  return { terminals, chosen, opened, choose, take, open, close, busy, error: act.error ?? listError };
}

function useReadsAloud(): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => readKept("terminal-reads-aloud") === true);
  return [
    on,
    (next) => {
      keep("terminal-reads-aloud", next ? true : undefined);
      setOn(next);
    },
  ];
}

/** Who comes by a link to the terminal, or opens one, sees it first. */
function useArrival(opened: string | null) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (opened !== null || location.hash === "#terminal") place.current?.scrollIntoView({ block: "start" });
  }, [opened]);
  return place;
}
