// What stands below a finished answer: whether it was stopped or cut, and on demand what it took and what can be done with it.
import { lazy, Suspense, useState } from "react";
import type { Message } from "../../../../core/chat/message.ts";
import { CopyButton } from "../markdown/copy-button.tsx";
import { useChatFact, useOpenChat } from "../open-chat.ts";
import styles from "./messages.module.css";
import { useFork } from "./use-fork.ts";
import { textOf } from "./user-message.tsx";

const AnswerDetails = lazy(() => import("./answer-details.tsx"));
const StructuredAnswer = lazy(() => import("./structured-answer.tsx"));

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
      {(output !== undefined || message.structured_output_error !== undefined) && (
        <Suspense fallback={null}>
          <StructuredAnswer message={message} />
        </Suspense>
      )}
      {words !== null && <p className={styles.endNote}>{words}</p>}
      <AnswerActions message={message} isLast={isLast} />
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
  const canAnswerAgain = useChatFact((facts) => isLast && !facts.is_busy && facts.closed === null);
  const canFork = useChatFact((facts) => facts.closed !== "shared");
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
        {canFork && (
          <button type="button" onClick={fork} title="Go on from here in a copy of this chat">
            Fork
          </button>
        )}
        <button type="button" aria-expanded={isDetailed} onClick={() => setDetailed(!isDetailed)}>
          Details
        </button>
      </div>
      {isDetailed && (
        <Suspense fallback={null}>
          <AnswerDetails message={message} />
        </Suspense>
      )}
    </>
  );
}
