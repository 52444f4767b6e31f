// The inbox: what waits for you, over all chats.
import { useCallback, useMemo } from "react";
import { Link } from "wouter";
import Questions from "../../chat/questions/questions.tsx";
import { everturn } from "../../state/everturn.ts";
import { useFeed } from "../../state/feed.ts";
import { useToast } from "../../ui/layers/toasts.tsx";
import { Badge } from "../../ui/shown/badge.tsx";
import { EmptyState } from "../../ui/shown/empty-state.tsx";
import { Spinner } from "../../ui/shown/spinner.tsx";
import { TimeAgo } from "../../ui/shown/time.tsx";
import { timeWords } from "../../ui/words.ts";
import styles from "./inbox-page.module.css";
import { type WaitingItem, waitingItems, waitingKey, waitingWords } from "./waiting.ts";

const KIND_WORDS = { approval: "Approval", client: "Question", plan: "Plan", error: "Error" } as const;

export default function InboxPage() {
  const { chats, isLoaded } = useFeed();
  const items = useMemo(() => waitingItems(chats), [chats]);
  return (
    <div className={styles.page}>
      <h1>Inbox</h1>
      {!isLoaded && <Spinner label="Loading" />}
      {isLoaded && items.length === 0 && (
        <EmptyState title="Nothing waits for you">
          When an agent needs an approval or an answer, or fails, it stands here.
        </EmptyState>
      )}
      <ul className={styles.items}>
        {items.map((item) => (
          <li key={waitingKey(item)} className={styles.item}>
            <Item item={item} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Item({ item }: { readonly item: WaitingItem }) {
  const { chat } = item;
  const deadline = item.type === "error" ? null : item.deadline_at;
  const toast = useToast();
  const onFault = useCallback((words: string) => toast({ words, tone: "bad" }), [toast]);
  return (
    <>
      <div className={styles.head}>
        <Badge tone={item.type === "error" ? "bad" : "warn"}>{KIND_WORDS[item.type]}</Badge>
        <Link href={`/chats/${chat.id}`} className={styles.title} dir="auto">
          {chat.title || "Untitled chat"}
        </Link>
        <span className={styles.time}>
          <TimeAgo at={chat.updated_at} />
        </span>
      </div>
      {item.type === "error" && <p className={styles.words}>{waitingWords(item)}</p>}
      {deadline !== null && <p className={styles.words}>Until {timeWords(deadline)}.</p>}
      {item.type !== "error" && (
        <Questions client={everturn} chatId={chat.id} calls={item.calls} onFault={onFault} hasKeys={false} />
      )}
    </>
  );
}
