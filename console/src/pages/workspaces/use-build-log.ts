// Follows the log of a build: line by line, resumed where the connection broke, until the build ends.
import { useEffect, useRef, useState } from "react";
import type { Connection } from "../../../../client/index.ts";
import { tellConnection } from "../../state/connections.ts";
import { everturn } from "../../state/everturn.ts";
import { pageRest } from "../../state/rest.ts";

/** A log is at most 4 MiB; the page keeps its newest lines and says how many it left out. */
const linesMax = 5_000;

export interface BuildLogState {
  readonly lines: readonly string[];
  readonly leftOut: number;
  /** Null while the build goes on. */
  readonly end: { readonly status: string; readonly error: string | null } | null;
  readonly error: unknown;
}

const START: BuildLogState = { lines: [], leftOut: 0, end: null, error: null };

interface BuildLogInput {
  readonly workspaceId: string;
  readonly buildId: string;
  readonly onEnd: () => Promise<void>;
}

/** @returns the log, and what follows it again after an error */
export function useBuildLog({ workspaceId, buildId, onEnd }: BuildLogInput) {
  const [state, setState] = useState<BuildLogState>(START);
  const [round, setRound] = useState(0);
  const ended = useRef(onEnd);
  ended.current = onEnd;

  useEffect(() => {
    const leave = new AbortController();
    setState(START);
    follow({ workspaceId, buildId, signal: leave.signal, show: setState })
      .then((sawEnd) => (sawEnd ? ended.current() : undefined))
      .catch((error: unknown) => {
        if (!leave.signal.aborted) setState((before) => ({ ...before, error }));
      });
    return () => {
      leave.abort();
      tellConnection(leave.signal, null);
    };
  }, [workspaceId, buildId, round]);
  return { ...state, retry: () => setRound((before) => before + 1) };
}

interface FollowInput {
  readonly workspaceId: string;
  readonly buildId: string;
  readonly signal: AbortSignal;
  readonly show: (change: (before: BuildLogState) => BuildLogState) => void;
}

/** @returns whether the build ended while somebody looked */
async function follow({ workspaceId, buildId, signal, show }: FollowInput): Promise<boolean> {
  let pending: string[] = [];
  let isPlanned = false;
  const flush = () => {
    isPlanned = false;
    const lines = pending;
    pending = [];
    show((before) => withLines(before, lines));
  };
  let live = false;
  const onConnection = (connection: Connection) => {
    if (!signal.aborted) tellConnection(signal, connection);
  };
  for await (const event of everturn.workspaces.buildLog(workspaceId, buildId, {
    signal,
    onConnection,
    rest: pageRest,
  })) {
    if (event.type === "log") {
      pending.push(event.data.text);
      if (!isPlanned) {
        isPlanned = true;
        // One picture a frame, however many lines come.
        requestAnimationFrame(flush);
      }
      live = true;
    } else {
      flush();
      show((before) => ({ ...before, end: event.data }));
      return live;
    }
  }
  return false;
}

function withLines(before: BuildLogState, lines: readonly string[]): BuildLogState {
  const all = [...before.lines, ...lines];
  const over = Math.max(0, all.length - linesMax);
  return { ...before, lines: all.slice(over), leftOut: before.leftOut + over };
}
