// A chat in the list: its title, a quiet mark for its state, and its menu.
import {
  ChevronDownIcon,
  ChevronRightIcon,
  DotsVerticalIcon,
  DrawingPinFilledIcon,
} from "@radix-ui/react-icons";
import { type KeyboardEvent, lazy, memo, Suspense, useState } from "react";
import { Link } from "wouter";
import type { Chat } from "../../../../../client/index.ts";
import { classNames } from "../../../ui/class-names.ts";
import { IconButton } from "../../../ui/controls/button.tsx";
import type { ListRow } from "../arrange-chats.ts";
import { type Mark, markOf } from "../list-items.ts";
import { ChatMenu } from "./chat-menu.tsx";
import styles from "./chat-row.module.css";
import { type ChatDeed, deedOfKey, useChatDeeds } from "./use-chat-deeds.ts";

const ChatDialogs = lazy(() => import("./chat-dialogs.tsx"));

const INDENT_PX = 14;
const DEPTH_SHOWN_MAX = 5;
const MARK_WORDS = { asks: "waits for you", working: "works", failed: "failed", unread: "unread" } as const;

interface ChatRowProps {
  readonly row: ListRow;
  readonly isShown: boolean;
  readonly onToggle: (id: string, isOpen: boolean) => void;
}

export const ChatRow = memo(function ChatRow({ row, isShown, onToggle }: ChatRowProps) {
  const { chat, depth, children, is_open } = row;
  // A menu for each row would make scrolling slow: it comes when the pointer or the focus does.
  const [menu, setMenu] = useState<"none" | "ready" | "open">("none");
  const warm = () => setMenu((now) => (now === "none" ? "ready" : now));
  const [dialog, setDialog] = useState<ChatDeed | null>(null);
  const run = useChatDeeds(chat, setDialog);
  const mark = markOf(chat);
  const onKeyDown = (event: KeyboardEvent) => {
    const isArrow = event.key === "ArrowRight" || event.key === "ArrowLeft";
    if (isArrow && children > 0) onToggle(chat.id, event.key === "ArrowRight");
    const deed = deedOfKey(event);
    if (deed === null) return;
    event.preventDefault();
    run(deed);
  };
  return (
    <div
      className={classNames(styles.row, isShown && styles.shown)}
      style={{ paddingInlineStart: Math.min(depth, DEPTH_SHOWN_MAX) * INDENT_PX }}
      onPointerEnter={warm}
      onFocus={warm}
    >
      <Link
        href={`/chats/${chat.id}`}
        className={classNames(styles.link, chat.has_unread && !isShown && styles.unread)}
        aria-current={isShown ? "page" : undefined}
        onKeyDown={onKeyDown}
      >
        <MarkDot mark={isShown && mark === "unread" ? null : mark} />
        <bdi className={styles.title}>{titleOf(chat)}</bdi>
        {mark !== null && <span className="visually-hidden">, {MARK_WORDS[mark]}</span>}
        {chat.pin_order !== null && depth === 0 && (
          <span className={styles.pin}>
            <DrawingPinFilledIcon aria-hidden="true" />
            <span className="visually-hidden">, pinned</span>
          </span>
        )}
      </Link>
      {children > 0 && (
        <IconButton
          label={is_open ? "Hide subagents" : `Show ${children} subagents`}
          className={styles.toggle}
          aria-expanded={is_open}
          onClick={() => onToggle(chat.id, !is_open)}
        >
          {is_open ? <ChevronDownIcon /> : <ChevronRightIcon />}
        </IconButton>
      )}
      {menu === "none" ? (
        // Menus open when the pointer goes down: that may be before the real one is here.
        <IconButton
          label="Chat menu"
          className={styles.menu}
          tabIndex={-1}
          onPointerDown={() => setMenu("open")}
        >
          <DotsVerticalIcon />
        </IconButton>
      ) : (
        <ChatMenu chat={chat} isOpen={menu === "open"} onDeed={run} />
      )}
      {dialog !== null && (
        <Suspense fallback={null}>
          <ChatDialogs chat={chat} dialog={dialog} onClose={() => setDialog(null)} />
        </Suspense>
      )}
    </div>
  );
});

function titleOf({ title }: Pick<Chat, "title">): string {
  return title.trim() === "" ? "Untitled chat" : title;
}

function MarkDot({ mark }: { readonly mark: Mark }) {
  if (mark === null) return <span className={styles.mark} aria-hidden="true" />;
  return (
    <span
      className={classNames(styles.mark, styles[mark])}
      data-tooltip={MARK_WORDS[mark]}
      aria-hidden="true"
    />
  );
}
