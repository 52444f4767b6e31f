// The line above the messages: the chat's title, what it was branched from, and what else can be done with it.
import { DotsHorizontalIcon } from "@radix-ui/react-icons";
import { memo, useEffect, useState, useSyncExternalStore } from "react";
import { Link, useLocation } from "wouter";
import { useFeedStore } from "../state/feed.ts";
import { IconButton } from "../ui/controls/button.tsx";
import { Menu, MenuHeading, MenuItem, MenuLine } from "../ui/layers/menu.tsx";
import { costWords } from "../ui/words.ts";
import styles from "./chat.module.css";
import { FORKED_FROM, useFork } from "./messages/use-fork.ts";
import { useChatFact, useOpenChat } from "./open-chat.ts";

export const ChatHeader = memo(function ChatHeader() {
  const chat = useChatFact((facts) => facts.chat);
  const isMine = useChatFact((facts) => facts.closed !== "shared");
  const source = chat?.labels[FORKED_FROM];
  const above = chat?.parent_chat_id ?? source;
  return (
    <header className={styles.header}>
      <h1 className={styles.title}>{chat?.title ?? ""}</h1>
      {above !== undefined && above !== null && (
        <SourceLink chatId={above} words={chat?.parent_chat_id === null ? "branched from" : "subagent of"} />
      )}
      <span className={styles.headerGap} />
      <Branches />
      {isMine && <ChatMenu />}
    </header>
  );
});

function SourceLink({ chatId, words }: { readonly chatId: string; readonly words: string }) {
  const { client } = useOpenChat();
  const [title, setTitle] = useState<string | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    client.chats.get(chatId, { signal: leaving.signal }).then(
      (chat) => setTitle(chat.title),
      () => setTitle(null),
    );
    return () => leaving.abort();
  }, [client, chatId]);
  if (title === null) return null;
  return (
    <span className={styles.source}>
      {words} <Link href={`/chats/${chatId}`}>{title}</Link>
    </span>
  );
}

const branchesMax = 50;

/** The forks of this chat. */
function Branches() {
  const { client, chat_id } = useOpenChat();
  const [, go] = useLocation();
  const [forks, setForks] = useState<readonly { readonly id: string; readonly title: string }[]>([]);
  const told = useToldForks(chat_id);
  useEffect(() => {
    const leaving = new AbortController();
    const query = { label: [`${FORKED_FROM}:${chat_id}`], limit: branchesMax };
    client.chats.list(query, { signal: leaving.signal }).then(
      ({ items }) => setForks(items),
      () => undefined,
    );
    return () => leaving.abort();
  }, [client, chat_id, told]);
  if (forks.length === 0) return null;
  return (
    <Menu
      trigger={
        <button type="button" className={styles.branches}>
          {forks.length === 1 ? "1 branch" : `${forks.length} branches`}
        </button>
      }
    >
      <MenuHeading>Branched from this chat</MenuHeading>
      {forks.map((fork) => (
        <MenuItem key={fork.id} onSelect={() => go(`/chats/${fork.id}`)}>
          {fork.title}
        </MenuItem>
      ))}
    </Menu>
  );
}

/** The forks that the feed knows, as one text: it changes when one of them comes, goes, or gets another title. */
function useToldForks(chatId: string): string {
  const store = useFeedStore();
  return useSyncExternalStore(store.subscribe, () =>
    [...store.getSnapshot().chats.values()]
      .filter(({ labels }) => labels[FORKED_FROM] === chatId)
      .map(({ id, title }) => `${id} ${title}`)
      .join("\n"),
  );
}

function ChatMenu() {
  const { client, chat_id, act } = useOpenChat();
  const chat = useChatFact((facts) => facts.chat);
  const is_busy = useChatFact((facts) => facts.is_busy);
  const [, go] = useLocation();
  const fork = useFork();
  const [cost, setCost] = useState<string | null>(null);
  const look = (): void => {
    client.chats.cost(chat_id).then(
      ({ total_cost_micros }) => setCost(costWords(total_cost_micros)),
      () => setCost(null),
    );
  };
  const temporal = chat?.links.temporal ?? null;
  return (
    <Menu
      trigger={
        <IconButton label="More about this chat" onPointerEnter={look} onFocus={look}>
          <DotsHorizontalIcon />
        </IconButton>
      }
    >
      {cost !== null && <MenuHeading>Cost so far: {cost}</MenuHeading>}
      <MenuItem onSelect={fork}>Fork the chat</MenuItem>
      <MenuItem
        disabled={is_busy}
        onSelect={() => void act("The chat was not summarised", () => client.chats.compact(chat_id))}
      >
        Summarise to make room
      </MenuItem>
      <MenuItem onSelect={() => void act("The title was not made", () => client.chats.newTitle(chat_id))}>
        New title
      </MenuItem>
      {chat?.context_dirty === true && (
        <MenuItem
          onSelect={() =>
            void act("The instructions were not read", () => client.chats.refreshContext(chat_id))
          }
        >
          Read instructions again
        </MenuItem>
      )}
      <MenuLine />
      {chat?.workspace_id != null && (
        <>
          <MenuItem onSelect={() => go(`/workspaces/${chat.workspace_id}`)}>Open its workspace</MenuItem>
          <MenuItem onSelect={() => go(`/workspaces/${chat.workspace_id}#terminal`)}>
            Terminal in its workspace
          </MenuItem>
        </>
      )}
      <MenuItem onSelect={() => go(`/debug/${chat_id}`)}>Debug</MenuItem>
      {temporal !== null && (
        <MenuItem onSelect={() => window.open(temporal, "_blank", "noopener,noreferrer")}>
          Open in Temporal
        </MenuItem>
      )}
    </Menu>
  );
}
