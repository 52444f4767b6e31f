// How a subagent stands: its state, the last that it said of itself, and a link to its chat.
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { type Chat, EverturnError } from "../../../../client/index.ts";
import { useFeedChat } from "../../state/feed.ts";
import type { ToolItem } from "../messages/items.ts";
import { useOpenChat } from "../open-chat.ts";
import { field } from "./call-words.ts";
import styles from "./tools.module.css";

/** The chat of the subagent that a call is about; null: it is about none. */
export function agentOf(item: ToolItem): string | null {
  const tool = item.call.tool_name;
  if (tool === "spawn_agent") return idIn(field(item.result?.result, "chat_id"));
  return tool === "wait_agent" || tool === "message_agent" ? idIn(item.call.args?.["chat_id"]) : null;
}

function idIn(value: unknown): string | null {
  return typeof value === "string" && /^[0-9a-f-]{36}$/.test(value) ? value : null;
}

const WORDS: Readonly<Record<Chat["status"], string>> = {
  waiting: "Finished",
  running: "Working",
  interrupting: "Stopping",
  requires_action: "Waits for you",
  error: "Failed",
};

export function AgentLine({ chatId }: { readonly chatId: string }) {
  const agent = useAgent(chatId);
  if (agent === null) return <p className={styles.agent}>…</p>;
  if (agent === "gone") return <p className={styles.agent}>Its chat was deleted.</p>;
  const said = agent.last_error?.message ?? agent.last_turn_summary;
  return (
    <p className={styles.agent} data-status={agent.status}>
      <span>{WORDS[agent.status]}</span>
      <span className={styles.agentWords}>
        {agent.title}
        {said !== null && said !== undefined && ` · ${said}`}
      </span>
      <Link href={`/chats/${chatId}`}>Open</Link>
    </p>
  );
}

/** As the feed tells it. An old one that the feed has not told of yet is asked for once; each change of it is told. */
function useAgent(chatId: string): Chat | "gone" | null {
  const { client } = useOpenChat();
  const told = useFeedChat(chatId);
  const [read, setRead] = useState<Chat | "gone" | null>(null);
  const isTold = told !== undefined;
  useEffect(() => {
    if (isTold) return;
    const leaving = new AbortController();
    client.chats.get(chatId, { signal: leaving.signal }).then(setRead, (error: unknown) => {
      if (error instanceof EverturnError && error.status === 404) setRead("gone");
    });
    return () => leaving.abort();
  }, [client, chatId, isTold]);
  return told ?? read;
}
