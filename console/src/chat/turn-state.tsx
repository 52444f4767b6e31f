// What the turn does, below the last message: it works, it waits for the next try, it stops, or why it failed.
import { Link } from "wouter";
import type { ChatView, LastError, RetryState } from "../../../client/index.ts";
import { timeWords } from "../ui/words.ts";
import styles from "./chat.module.css";
import { useChatFact, useOpenChat } from "./open-chat.ts";
import { Countdown } from "./questions/countdown.tsx";

export function TurnState({ view }: { readonly view: ChatView }) {
  if (view.error !== null) return <TurnError error={view.error} />;
  if (view.retry !== null) return <Retry retry={view.retry} />;
  if (view.status === "interrupting") return <Line words="Stopping …" />;
  if (view.status !== "running") return null;
  const isWriting = (view.previews.get("")?.content.size ?? 0) > 0;
  return <Line words={isWriting ? "" : "Working …"} />;
}

/** Its height is there as long as the turn runs, so that nothing moves when words come and go. */
function Line({ words }: { readonly words: string }) {
  return (
    <p className={styles.turn} role="status">
      {words !== "" && <span className={styles.pulse}>{words}</span>}
    </p>
  );
}

function Retry({ retry }: { readonly retry: RetryState }) {
  return (
    <p className={styles.turn} role="status" data-retry={retry.attempt}>
      <span>
        {retry.message} <Countdown until={retry.retrying_at} before="Trying again in" over="Trying again …" />{" "}
        <span className={styles.faint}>
          (attempt {retry.attempt + 1} of {retry.attempts_max})
        </span>
      </span>
    </p>
  );
}

/** What a person can do about an error of a kind. */
const WAYS_OUT: Readonly<Partial<Record<LastError["kind"], readonly [words: string, address: string]>>> = {
  auth: ["Check the key of the provider", "/models"],
  missing_key: ["Give the provider a key", "/models"],
  config: ["Look at the models", "/models"],
  usage_limit: ["Look at the usage", "/usage"],
};

function TurnError({ error }: { readonly error: LastError }) {
  const { client, chat_id, act } = useOpenChat();
  const isMine = useChatFact((facts) => facts.closed !== "shared");
  const way = WAYS_OUT[error.kind];
  return (
    <div className={styles.error} role="alert">
      <p>
        {error.message}
        {error.resets_at !== undefined && ` The limit ends ${timeWords(error.resets_at)}.`}
      </p>
      {isMine && (
        <div className={styles.errorActions}>
          <button
            type="button"
            onClick={() => void act("It was not tried again", () => client.chats.regenerate(chat_id))}
          >
            Try again
          </button>
          {way !== undefined && <Link href={way[1]}>{way[0]}</Link>}
          <Link href={`/debug/${chat_id}`}>Debug</Link>
        </div>
      )}
      {error.detail !== null && (
        <details>
          <summary>What the provider said{error.status_code !== null && ` (${error.status_code})`}</summary>
          <pre>{error.detail}</pre>
        </details>
      )}
    </div>
  );
}
