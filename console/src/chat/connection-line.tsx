// Says that the page is cut off from the server, over the messages, so that nothing moves.
import { useEffect, useState } from "react";
import type { Connection } from "../../../client/index.ts";
import styles from "./chat.module.css";
import { Countdown } from "./questions/countdown.tsx";

/** A reconnect that takes less is not worth a word. */
const quietMs = 700;

export function ConnectionLine({ connection }: { readonly connection: Connection }) {
  const isLost = connection.state === "reconnecting" || connection.state === "offline";
  const [isSaid, setSaid] = useState(false);
  useEffect(() => {
    if (!isLost) return setSaid(false);
    const timer = window.setTimeout(() => setSaid(true), quietMs);
    return () => window.clearTimeout(timer);
  }, [isLost]);
  if (!isLost || !isSaid) return null;
  return (
    <div className={styles.connection} role="status">
      {connection.state === "offline" ? "You are offline. " : "The connection is lost. "}
      <Countdown
        until={new Date(connection.retryAt).toISOString()}
        before="Trying again in"
        over="Trying again …"
      />
    </div>
  );
}
