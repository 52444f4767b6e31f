// A message of the user, with what can be done with it: edit, copy, go on from here in a copy.
import { Pencil1Icon, ShuffleIcon } from "@radix-ui/react-icons";
import { lazy, memo, Suspense, useState } from "react";
import type { Message } from "../../../../core/chat/message.ts";
import { timeWords } from "../../ui/words.ts";
import { CopyButton } from "../markdown/copy-button.tsx";
import { shownText } from "../markdown/shown-text.ts";
import { useChatFact } from "../open-chat.ts";
import { FilesView } from "./files-view.tsx";
import styles from "./messages.module.css";
import { useFork } from "./use-fork.ts";

const EditMessage = lazy(() => import("./edit-message.tsx"));

export const UserMessage = memo(function UserMessage({ message }: { readonly message: Message }) {
  const [isEdited, setEdited] = useState(false);
  const text = textOf(message);
  const files = message.content.flatMap((part) => (part.type === "file" ? [part] : []));
  const references = message.content.flatMap((part) => (part.type === "file-reference" ? [part] : []));
  const shown = (
    <div className={styles.user}>
      <article className={styles.userBox} aria-label="Your message" dir="auto">
        {files.length > 0 && <FilesView files={files} />}
        {references.map((part) => (
          <details key={`${part.file_name}:${part.start_line}`} className={styles.reference}>
            <summary>
              {shownText(part.file_name)}:{part.start_line}–{part.end_line}
            </summary>
            <pre>{part.content}</pre>
          </details>
        ))}
        {text !== "" && <LongText text={text} />}
      </article>
      <UserActions message={message} text={text} onEdit={() => setEdited(true)} />
    </div>
  );
  if (!isEdited) return shown;
  return (
    <Suspense fallback={shown}>
      <EditMessage message={message} text={text} onEnd={() => setEdited(false)} />
    </Suspense>
  );
});

interface UserActionsProps {
  readonly message: Message;
  readonly text: string;
  readonly onEdit: () => void;
}

function UserActions({ message, text, onEdit }: UserActionsProps) {
  const closed = useChatFact((facts) => facts.closed);
  const fork = useFork(message.id);
  return (
    <div className={styles.actions}>
      <time dateTime={message.created_at}>{timeWords(message.created_at)}</time>
      {closed === null && (
        <button type="button" onClick={onEdit} title="Edit and send again">
          <Pencil1Icon aria-hidden="true" /> Edit
        </button>
      )}
      {closed !== "shared" && (
        <button type="button" onClick={fork} title="Go on from here in a copy of this chat">
          <ShuffleIcon aria-hidden="true" /> Fork
        </button>
      )}
      <CopyButton text={text} />
    </div>
  );
}

/** What somebody pasted may be very long. */
const shownCharsMax = 3_000;

function LongText({ text }: { readonly text: string }) {
  const [isWhole, setWhole] = useState(false);
  const isLong = text.length > shownCharsMax + 500;
  return (
    <>
      <p className={styles.userText}>{isLong && !isWhole ? `${text.slice(0, shownCharsMax)} …` : text}</p>
      {isLong && (
        <button
          type="button"
          className={styles.more}
          aria-expanded={isWhole}
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? "Show less" : `Show all ${text.length.toLocaleString("en")} characters`}
        </button>
      )}
    </>
  );
}

export function textOf(message: Pick<Message, "content">): string {
  return message.content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n");
}
