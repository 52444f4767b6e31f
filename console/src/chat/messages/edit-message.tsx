// Edits a message of the user in its place. It says what goes when the edited message is sent.
import { useEffect, useRef, useState } from "react";
import type { Message } from "../../../../core/chat/message.ts";
import { useChatFact, useOpenChat } from "../open-chat.ts";
import { useUnsavedWords } from "../use-unsaved-words.ts";
import styles from "./messages.module.css";

interface EditMessageProps {
  readonly message: Message;
  readonly text: string;
  readonly onEnd: () => void;
}

const MESSAGE_GONE = "The message is not there any more. What you wrote stands in the box.";

export default function EditMessage({ message, text, onEnd }: EditMessageProps) {
  const { client, chat_id, act } = useOpenChat();
  const history_version = useChatFact((facts) => facts.history_version);
  const [typed, setTyped] = useState(text);
  const [isSending, setSending] = useState(false);
  const unsaved = useUnsavedWords({ before: text, typed, note: MESSAGE_GONE });
  const cancel = (): void => {
    unsaved.leave();
    onEnd();
  };
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    box.current?.focus();
    box.current?.setSelectionRange(text.length, text.length);
  }, [text]);
  const send = async (): Promise<void> => {
    if (typed.trim() === "" || isSending) return;
    setSending(true);
    const others = message.content.flatMap((part) =>
      part.type === "file" || part.type === "file-reference" ? [part] : [],
    );
    const content = [...others, { type: "text" as const, text: typed }];
    const change = { message: message.id, content, expected_history_version: history_version };
    const isSent = await unsaved.save(() =>
      act("The message was not changed", () => client.chats.edit(chat_id, change)),
    );
    setSending(false);
    if (isSent) onEnd();
  };
  return (
    <div className={styles.edit}>
      <textarea
        ref={box}
        className={styles.editBox}
        value={typed}
        aria-label="Edit your message"
        dir="auto"
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape") {
            event.stopPropagation();
            cancel();
          } else if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) void send();
        }}
      />
      <p className={styles.editNote}>
        When you send it, this message and all that follows it are replaced, and the queue is emptied. To keep
        what was said, fork the chat first.
      </p>
      <div className={styles.editButtons}>
        <button type="button" className={styles.plain} onClick={cancel}>
          Cancel
        </button>
        <button
          type="button"
          className={styles.primary}
          disabled={typed.trim() === "" || isSending}
          onClick={() => void send()}
        >
          Replace and send
        </button>
      </div>
    </div>
  );
}
