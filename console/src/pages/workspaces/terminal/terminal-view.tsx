// One terminal: its screen, what its state is, and what there is to know about its keys.
import { useEffect, useId, useRef, useState } from "react";
import type { Connection, Terminal } from "../../../../../client/index.ts";
import { useTheme } from "../../../state/theme.ts";
import { Spinner } from "../../../ui/shown/spinner.tsx";
import { ProblemNotice } from "../../parts/problem-notice.tsx";
import { StateWords } from "../../parts/rows.tsx";
import type { AttachedScreen, AttachInput } from "./attached-screen.ts";
import styles from "./terminal.module.css";

interface TerminalViewInput {
  readonly terminal: Terminal;
  readonly name: string;
  readonly readsAloud: boolean;
  /** The keyboard goes to it at once. */
  readonly focused: boolean;
  readonly onState: (terminal: Terminal) => void;
}

export function TerminalView({ terminal, name, readsAloud, focused, onState }: TerminalViewInput) {
  const { host, error, connection, link, isLoading, wantFocus } = useScreen({
    terminal,
    readsAloud,
    focused,
    onState,
  });
  const hint = useId();
  return (
    <div className={styles.terminal}>
      <div className={styles.screen} role="group" aria-label={name} aria-describedby={hint}>
        <div className={styles.host} ref={host} data-terminal={terminal.id} onPointerDown={wantFocus} />
        {isLoading ? <Spinner label="The terminal is loading" /> : null}
      </div>
      {error === null ? null : <ProblemNotice error={error} />}
      <p className={styles.words} role="status">
        <TerminalWords terminal={terminal} connection={connection} />
      </p>
      <p className={styles.hint} id={hint}>
        <Hint isOpen={terminal.status !== "closed"} link={link} />
      </p>
    </div>
  );
}

/** Where the link below the pointer leads, or what there is to know about keys. */
function Hint({ isOpen, link }: { readonly isOpen: boolean; readonly link: string | null }) {
  if (link !== null) {
    return (
      <>
        Ctrl-click opens <span className={styles.address}>{link}</span>
      </>
    );
  }
  if (!isOpen) return null;
  return "Esc, then Tab leaves the terminal. Ctrl+C copies what is selected, and otherwise interrupts.";
}

interface TerminalWordsInput {
  readonly terminal: Terminal;
  readonly connection: Connection | null;
}

function TerminalWords({ terminal: { status, end }, connection }: TerminalWordsInput) {
  if (status === "closed") {
    const isPlain = end?.reason === "exited" || end?.reason === "closed";
    return <StateWords tone={isPlain ? "quiet" : "bad"}>{end?.message ?? "It has ended."}</StateWords>;
  }
  if (connection?.state === "reconnecting" || connection?.state === "offline")
    return <StateWords tone="busy">The server is away. The shell goes on; this page tries again.</StateWords>;
  if (status === "opening") return <StateWords tone="busy">The shell is being started</StateWords>;
  return <StateWords tone="good">Open</StateWords>;
}

type ScreenInput = Omit<TerminalViewInput, "name">;

/** Puts the screen into its host for as long as the terminal is shown. */
function useScreen({ terminal: { id, workspace_id }, readsAloud, focused, onState }: ScreenInput) {
  const host = useRef<HTMLDivElement>(null);
  const screen = useRef<AttachedScreen | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [connection, setConnection] = useState<Connection | null>(null);
  const [link, setLink] = useState<string | null>(null);
  const [isLoading, setLoading] = useState(true);
  /** Somebody has clicked before there was anything to click on. */
  const isWanted = useRef(false);
  const newest = useRef({ onState, readsAloud, focused });
  newest.current = { onState, readsAloud, focused };

  useEffect(() => {
    const attach = (place: HTMLElement): AttachInput => ({
      host: place,
      workspaceId: workspace_id,
      terminalId: id,
      readsAloud: newest.current.readsAloud,
      onState: (state) => newest.current.onState(state),
      onConnection: setConnection,
      onError: setError,
      onLink: setLink,
    });
    let left = false;
    import("./attached-screen.ts")
      .then(({ attachScreen }) => {
        if (left || host.current === null) return;
        screen.current = attachScreen(attach(host.current));
        setLoading(false);
        if (newest.current.focused || isWanted.current) screen.current.focus();
      })
      .catch(setError);
    return () => {
      left = true;
      screen.current?.dispose();
      screen.current = null;
    };
  }, [workspace_id, id]);

  useEffect(() => screen.current?.readAloud(readsAloud), [readsAloud]);
  useRecolouring(() => screen.current?.recolour());
  const wantFocus = () => {
    isWanted.current = true;
  };
  return { host, error, connection, link, isLoading, wantFocus };
}

/** Calls when the page changes between light and dark. */
function useRecolouring(recolour: () => void): void {
  const theme = useTheme();
  const newest = useRef(recolour);
  newest.current = recolour;
  useEffect(() => {
    // Behind the style sheet that the choice brings.
    const frame = requestAnimationFrame(() => newest.current());
    const system = matchMedia("(prefers-color-scheme: dark)");
    const changed = () => newest.current();
    system.addEventListener("change", changed);
    return () => {
      cancelAnimationFrame(frame);
      system.removeEventListener("change", changed);
    };
  }, [theme]);
}
