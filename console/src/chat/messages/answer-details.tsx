// What an answer took, on demand: its model, tokens, time and cost, with the ways to its turn and its model calls.
import { useState } from "react";
import { contextTokens } from "../../../../core/chat/compaction.ts";
import type { Message } from "../../../../core/chat/message.ts";
import { costWords, timeWords } from "../../ui/words.ts";
import { useChatFact, useOpenChat } from "../open-chat.ts";
import { durationWords } from "../words.ts";
import styles from "./messages.module.css";

export default function AnswerDetails({ message }: { readonly message: Message }) {
  const temporal = useChatFact(({ chat }) => chat?.links.temporal ?? null);
  const { usage } = message;
  const limit = usage?.context_limit ?? null;
  const facts: readonly (readonly [string, string | null])[] = [
    ["Model", message.model],
    ["Provider", message.provider],
    ["Time", message.runtime_ms === null ? null : durationWords(message.runtime_ms)],
    ["Finished", message.finished_at === null ? null : timeWords(message.finished_at)],
    ["Tokens read", usage === null ? null : usage.input_tokens.toLocaleString("en")],
    ["Of these cached", usage === null ? null : usage.cache_read_tokens.toLocaleString("en")],
    ["Tokens written", usage === null ? null : usage.output_tokens.toLocaleString("en")],
    [
      "Context used",
      usage === null || limit === null ? null : `${Math.round((100 * contextTokens(usage)) / limit)} %`,
    ],
    ["Cost", message.cost_micros === null ? "not known" : costWords(message.cost_micros)],
  ];
  return (
    <dl className={styles.details}>
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
      <div className={styles.detailLinks}>
        <a href={`/debug/${message.chat_id}`}>Debug this chat</a>
        {temporal !== null && <TurnLink turn={message.turn_id} fallback={temporal} />}
      </div>
    </dl>
  );
}

/** The turn in Temporal's Web UI: its address is asked for when somebody wants to go there. */
function TurnLink({ turn, fallback }: { readonly turn: number; readonly fallback: string }) {
  const { client, chat_id } = useOpenChat();
  const [address, setAddress] = useState(fallback);
  const find = (): void => {
    client.chats.turn(chat_id, turn).then(
      ({ links }) => setAddress(links.temporal ?? fallback),
      () => undefined,
    );
  };
  return (
    <a href={address} target="_blank" rel="noopener noreferrer" onPointerEnter={find} onFocus={find}>
      This turn in Temporal
    </a>
  );
}
