// How a subagent stands: its state, the last that it said of itself, and a link to its chat.
import { useEffect, useState } from "react";
import { Link } from "wouter";
import type { Chat } from "../../../../client/index.ts";
import type { ToolItem } from "../messages/items.ts";
import { useChatFact, useOpenChat } from "../open-chat.ts";
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

const lookAgainMs = 2_000;

/** Looks at it while it or its parent works: its own stream would be one connection for each card. */
function useAgent(chatId: string): Chat | null {
  const { client } = useOpenChat();
  const is_busy = useChatFact((facts) => facts.is_busy);
  const [agent, setAgent] = useState<Chat | null>(null);
  const isActive = is_busy || agent === null || agent.status !== "waiting";
  useEffect(() => {
    const leaving = new AbortController();
    const look = (): void => {
      client.chats.get(chatId, { signal: leaving.signal }).then(
        (chat) => setAgent(chat as Chat),
        () => undefined,
      );
    };
    look();
    const timer = isActive ? window.setInterval(look, lookAgainMs) : undefined;
    return () => {
      leaving.abort();
      window.clearInterval(timer);
    };
  }, [client, chatId, isActive]);
  return agent;
}
