// What stands below a finished answer: whether it was stopped or cut, and on demand what it took and what can be done with it.
import { useState } from "react";
import { contextTokens } from "../../../../core/chat/compaction.ts";
import type { Message } from "../../../../core/chat/message.ts";
import { costWords, timeWords } from "../../ui/words.ts";
import { CopyButton } from "../markdown/copy-button.tsx";
import { shownText } from "../markdown/shown-text.ts";
import { useChatFact, useOpenChat } from "../open-chat.ts";
import { JsonTree } from "../tools/json-tree.tsx";
import { durationWords } from "../words.ts";
import styles from "./messages.module.css";
import { useFork } from "./use-fork.ts";
import { textOf } from "./user-message.tsx";

interface AnswerEndProps {
  readonly message: Message;
  /** It is the last answer of the chat. */
  readonly isLast: boolean;
}

export function AnswerEnd({ message, isLast }: AnswerEndProps) {
  const words = endWords(message);
  const output = message.structured_output;
  return (
    <div className={styles.end}>
      {output !== undefined && output !== null && (
        <section className={styles.structured} aria-label="Structured answer">
          <JsonTree value={output} />
        </section>
      )}
      {message.structured_output_error !== undefined && <Misfit error={message.structured_output_error} />}
      {words !== null && <p className={styles.endNote}>{words}</p>}
      <AnswerActions message={message} isLast={isLast} />
    </div>
  );
}

const misfitsShownMax = 5;

/** Why there is no JSON that could be used, and at which places. */
function Misfit({ error }: { readonly error: NonNullable<Message["structured_output_error"]> }) {
  const { message, errors = [] } = error;
  return (
    <div className={styles.endNote}>
      <p>{shownText(message)}</p>
      {errors.length > 0 && (
        <ul>
          {errors.slice(0, misfitsShownMax).map((fault) => (
            <li key={`${fault.path} ${fault.message}`}>
              {fault.path === "" ? "" : `${shownText(fault.path)}: `}
              {shownText(fault.message)}
            </li>
          ))}
          {errors.length > misfitsShownMax && <li>{errors.length - misfitsShownMax} more</li>}
        </ul>
      )}
    </div>
  );
}

function endWords(message: Message): string | null {
  if (message.interrupted && message.finish_reason !== "error") return "You stopped this answer.";
  switch (message.finish_reason) {
    case "interrupted":
      return "You stopped this answer.";
    case "error":
      return "This answer broke off.";
    case "length":
      return "This answer was cut: the model may not write more at once.";
    case "content_filter":
      return "The provider stopped this answer: its content filter did.";
    case "max_steps":
      return "The turn ended here: it had as many steps as a turn may have.";
    default:
      return null;
  }
}

function AnswerActions({ message, isLast }: AnswerEndProps) {
  const { client, chat_id, act } = useOpenChat();
  const canAnswerAgain = useChatFact((facts) => isLast && !facts.is_busy && facts.chat?.archived !== true);
  const fork = useFork(message.id);
  const [isDetailed, setDetailed] = useState(false);
  return (
    <>
      <div className={styles.actions} data-last={isLast}>
        <CopyButton text={textOf(message)} />
        {canAnswerAgain && (
          <button
            type="button"
            onClick={() => void act("The answer was not made again", () => client.chats.regenerate(chat_id))}
          >
            Answer again
          </button>
        )}
        <button type="button" onClick={fork} title="Go on from here in a copy of this chat">
          Fork
        </button>
        <button type="button" aria-expanded={isDetailed} onClick={() => setDetailed(!isDetailed)}>
          Details
        </button>
      </div>
      {isDetailed && <AnswerDetails message={message} />}
    </>
  );
}

function AnswerDetails({ message }: { readonly message: Message }) {
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
