// What was sent to models for a chat, and what they answered: its runs, and the chosen one over time.
import { useCallback } from "react";
import { Link, Route, useSearchParams } from "wouter";
import { everturn } from "../../state/everturn.ts";
import { Page, Shown } from "../parts/page.tsx";
import { useLoad } from "../parts/use-load.ts";
import type { DebugRun } from "../parts/wire.ts";
import styles from "./debug.module.css";
import { NoRuns } from "./no-runs.tsx";
import { RunList } from "./run-list.tsx";
import { RunView } from "./run-view.tsx";

export default function DebugPage() {
  return <Route path="/debug/:chat">{({ chat }) => <ChatDebug key={chat} chatId={chat} />}</Route>;
}

function ChatDebug({ chatId }: { readonly chatId: string }) {
  const chat = useLoad((signal) => everturn.chats.get(chatId, { signal }), chatId);
  const runs = useLoad((signal) => everturn.debug.runs(chatId, { signal }), chatId);
  const title = chat.data === null || chat.data.title === "" ? "this chat" : chat.data.title;
  const temporal = chat.data?.links.temporal ?? null;
  return (
    <Page
      title={`Model calls of ${title}`}
      wide
      back={<Link href={`/chats/${chatId}`}>Back to the chat</Link>}
      about={
        <>
          The newest 100 runs, kept for 30 days. Keys and tokens are taken out before anything is stored.
          {temporal === null ? null : (
            <>
              {" "}
              <a href={temporal} target="_blank" rel="noreferrer">
                See the chat's workflow in Temporal's Web UI
              </a>
            </>
          )}
        </>
      }
    >
      <Shown of={runs}>
        {({ items }) =>
          items.length === 0 ? (
            <NoRuns chat={chat} />
          ) : (
            <Runs chatId={chatId} runs={items} onReload={runs.reload} />
          )
        }
      </Shown>
    </Page>
  );
}

interface RunsInput {
  readonly chatId: string;
  readonly runs: readonly DebugRun[];
  readonly onReload: () => Promise<void>;
}

function Runs({ chatId, runs, onReload }: RunsInput) {
  const [search, setSearch] = useSearchParams();
  const asked = search.get("run");
  const chosen =
    runs.find(({ id }) => id === asked) ?? runs.find(({ kind }) => kind === "chat_turn") ?? runs[0];
  const choose = useCallback((id: string) => setSearch({ run: id }, { replace: true }), [setSearch]);
  return (
    <div className={styles.panes}>
      <RunList runs={runs} chosen={chosen?.id ?? null} onChoose={choose} onReload={onReload} />
      {chosen === undefined ? null : <RunView key={chosen.id} chatId={chatId} runId={chosen.id} />}
    </div>
  );
}
