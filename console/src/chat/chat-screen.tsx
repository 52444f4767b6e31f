// A chat: its messages, what waits for somebody, and the composer.
import { lazy, Suspense, useCallback, useLayoutEffect, useMemo, useState } from "react";
import { type ChatSnapshot, type ChatStore, initialChatView } from "../../../client/index.ts";
import { useToldConnection } from "../state/connections.ts";
import { useToast } from "../ui/layers/toasts.tsx";
import styles from "./chat.module.css";
import { ChatComposer } from "./chat-composer.tsx";
import { ChatHeader } from "./chat-header.tsx";
import { TodoPanel } from "./composer/todo-panel.tsx";
import { firstMessageOf } from "./first-message.ts";
import { FirstMessage } from "./messages/first-message-view.tsx";
import { type ChatFacts, ChatFactsContext, ChatFactsSource, useOpenChat } from "./open-chat.ts";
import { Transcript } from "./transcript/transcript.tsx";
import { TurnState } from "./turn-state.tsx";
import { useChatKeys } from "./use-chat-keys.ts";

const Questions = lazy(() => import("./questions/questions.tsx"));
const QueuePanel = lazy(() => import("./composer/queue-panel.tsx"));

interface ChatScreenProps {
  readonly snapshot: ChatSnapshot | null;
  readonly store: ChatStore | null;
}

const noCalls: ChatFacts["asked"] = new Map();

export function ChatScreen({ snapshot, store }: ChatScreenProps) {
  const { client, chat_id } = useOpenChat();
  const toast = useToast();
  const onFault = useCallback((words: string) => toast({ words, tone: "bad" }), [toast]);
  const empty = useMemo(() => initialChatView(chat_id), [chat_id]);
  const view = snapshot?.view ?? empty;
  const facts = useFacts(view);
  const source = useSource(facts);
  const loadOlder = useCallback(async () => store?.loadOlder().catch(() => false), [store]);
  const wholeArgs = useCallback((id: string) => argsOf(view.messages, id), [view.messages]);
  const first = view.messages.length === 0 && !view.caught_up ? firstMessageOf(chat_id) : null;
  const isMine = facts.closed !== "shared";
  const calls = isMine ? (view.action?.tool_calls ?? []) : [];
  useChatKeys({ isBusy: facts.is_busy && isMine });
  useToldConnection(store, snapshot?.connection);
  const gone = snapshot?.connection.state === "ended" ? snapshot.connection.error : null;
  if (gone !== null) return <Gone words={gone.message} />;
  return (
    <ChatFactsContext value={source}>
      <div className={styles.screen} data-chat={chat_id} data-status={view.status ?? "loading"}>
        <ChatHeader />
        <Transcript view={view} isLoadingOlder={snapshot?.isLoadingOlder ?? false} loadOlder={loadOlder}>
          {first !== null && <FirstMessage content={first} />}
          <TurnState view={view} />
          {calls.length > 0 && (
            <div className={styles.column}>
              <Suspense fallback={null}>
                <Questions
                  client={client}
                  chatId={chat_id}
                  calls={calls}
                  wholeArgs={wholeArgs}
                  onFault={onFault}
                  hasKeys
                />
              </Suspense>
            </div>
          )}
        </Transcript>
        <div className={styles.foot}>
          <TodoPanel todos={view.chat?.todos ?? noTodos} />
          {isMine && view.queued_messages.length > 0 && (
            <Suspense fallback={null}>
              <QueuePanel queue={view.queued_messages} />
            </Suspense>
          )}
          <ChatComposer status={view.status} />
        </div>
      </div>
    </ChatFactsContext>
  );
}

const noTodos: readonly never[] = [];

/** What cards want to know; the same object while it says the same. */
function useFacts({ chat, status, action, history_version }: ChatSnapshot["view"]): ChatFacts {
  return useMemo(() => {
    const asked =
      action === null ? noCalls : new Map(action.tool_calls.map((call) => [call.tool_call_id, call]));
    const is_busy = status === "running" || status === "interrupting" || status === "requires_action";
    return { chat, is_busy, closed: closedFor(chat), asked, history_version };
  }, [chat, status, action, history_version]);
}

function closedFor(chat: ChatFacts["chat"]): ChatFacts["closed"] {
  if (chat === null) return null;
  if (chat.owner_id === null) return "shared";
  return chat.archived ? "archived" : null;
}

/** The same source for as long as the screen is there; its readers are told before the browser draws. */
function useSource(facts: ChatFacts): ChatFactsSource {
  const [source] = useState(() => new ChatFactsSource(facts));
  useLayoutEffect(() => source.set(facts), [source, facts]);
  return source;
}

function argsOf(messages: ChatSnapshot["view"]["messages"], callId: string) {
  for (const message of messages.toReversed())
    for (const part of message.content)
      if (part.type === "tool-call" && part.tool_call_id === callId) return part.args;
  return null;
}

function Gone({ words }: { readonly words: string }) {
  return (
    <div className={styles.gone} role="alert">
      <h1>This chat cannot be shown</h1>
      <p>{words}</p>
      <p>
        <a href="/">Begin a new chat</a>
      </p>
    </div>
  );
}
