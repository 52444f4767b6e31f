// Says that the connection is lost, when it is tried again, and lets a person try at once. It covers nothing and moves nothing.
import { useEffect, useState } from "react";
import type { Connection } from "../../../../client/index.ts";
import { isLost, type LostConnection } from "../../state/connections.ts";
import { Button } from "../../ui/controls/button.tsx";
import styles from "./connection-banner.module.css";

/** Shorter breaks are nobody's business. */
const QUIET_MS = 1_000;
/** A busy server answers within it. */
const SLOW_MS = 5_000;

/** Streams that wait for their next try take this as a sign to try at once. */
function tryNow(): void {
  window.dispatchEvent(new Event("online"));
}

interface BannerProps {
  readonly connection: Connection;
  /** Only what the page shows is cut off: the rest is live. */
  readonly isAlone: boolean;
}

export function ConnectionBanner({ connection, isAlone }: BannerProps) {
  const isShown = useAfter(isLost(connection), QUIET_MS);
  const isSlow = useAfter(connection.state === "connecting", SLOW_MS);
  if (isLost(connection) && isShown) return <Lost connection={connection} isAlone={isAlone} />;
  // A browser has few connections to a server for all its windows: more of them wait for one another.
  if (connection.state === "connecting" && isSlow)
    return (
      <div className={styles.banner} role="status">
        Still waiting for the server. If Everturn is open in several windows, close some of them.
      </div>
    );
  return null;
}

interface LostProps extends BannerProps {
  readonly connection: LostConnection;
}

function Lost({ connection, isAlone }: LostProps) {
  const nowMs = useSeconds();
  const seconds = Math.max(0, Math.ceil((connection.retryAt - nowMs) / 1_000));
  return (
    <div className={styles.banner} role="status">
      <span>
        {wordsFor(connection, isAlone)}{" "}
        <span aria-hidden="true">{seconds === 0 ? "Trying now." : `Next try in ${seconds} s.`}</span>
      </span>
      <Button size="small" onClick={tryNow}>
        Try now
      </Button>
    </div>
  );
}

function wordsFor({ state }: LostConnection, isAlone: boolean): string {
  if (state === "offline") return "You are offline.";
  return isAlone
    ? "What you see here is not up to date: its connection is lost."
    : "The connection to the server is lost. Turns go on without it.";
}

/** True once it has been true for so long. */
function useAfter(condition: boolean, afterMs: number): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    if (!condition) {
      setOver(false);
      return;
    }
    const timer = setTimeout(() => setOver(true), afterMs);
    return () => clearTimeout(timer);
  }, [condition, afterMs]);
  return isOver;
}

function useSeconds(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
