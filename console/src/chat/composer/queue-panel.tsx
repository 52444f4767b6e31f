// Messages that wait for their turn: they can be rewritten, moved by drag or by keys, sent now, and deleted.
import {
  ArrowDownIcon,
  ArrowUpIcon,
  DragHandleDots2Icon,
  PaperPlaneIcon,
  Pencil1Icon,
  TrashIcon,
} from "@radix-ui/react-icons";
import { type DragEvent, memo, useState } from "react";
import type { QueuedMessage } from "../../../../client/index.ts";
import { IconButton } from "../../ui/controls/button.tsx";
import { countOf } from "../../ui/words.ts";
import { useOpenChat } from "../open-chat.ts";
import { useUnsavedWords } from "../use-unsaved-words.ts";
import styles from "./queue.module.css";

export default memo(function QueuePanel({ queue }: { readonly queue: readonly QueuedMessage[] }) {
  const { client, chat_id, act } = useOpenChat();
  const [dragged, setDragged] = useState<number | null>(null);
  const move = (id: number, position: number): void => {
    void act("The message was not moved", () => client.queue.update(chat_id, { id, position }));
  };
  const onDrop = (event: DragEvent, at: number): void => {
    event.preventDefault();
    if (dragged !== null) move(dragged, at + 1);
    setDragged(null);
  };
  return (
    <section className={styles.queue} aria-label="Queue">
      <h2 className={styles.title}>{countOf(queue.length, "message")} in the queue</h2>
      <ol className={styles.list}>
        {queue.map((message, at) => (
          <li
            key={message.id}
            className={styles.entry}
            data-dragged={dragged === message.id}
            draggable
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = "move";
              setDragged(message.id);
            }}
            onDragEnd={() => setDragged(null)}
            onDragOver={(event) => {
              if (dragged !== null) event.preventDefault();
            }}
            onDrop={(event) => onDrop(event, at)}
          >
            <Entry
              message={message}
              at={at}
              count={queue.length}
              onMove={(position) => move(message.id, position)}
            />
          </li>
        ))}
      </ol>
    </section>
  );
});

interface EntryProps {
  readonly message: QueuedMessage;
  readonly at: number;
  readonly count: number;
  /** @param position from 1 */
  readonly onMove: (position: number) => void;
}

function Entry({ message, at, count, onMove }: EntryProps) {
  const { client, chat_id, act } = useOpenChat();
  const [isEdited, setEdited] = useState(false);
  if (isEdited) return <EditQueued message={message} onEnd={() => setEdited(false)} />;
  return (
    <>
      <DragHandleDots2Icon className={styles.handle} aria-hidden="true" />
      <span className={styles.text} dir="auto">
        {message.steer && <span className={styles.steer}>Steers · </span>}
        {queuedText(message)}
      </span>
      <span className={styles.buttons}>
        <IconButton label="Move up" disabled={at === 0} onClick={() => onMove(at)}>
          <ArrowUpIcon />
        </IconButton>
        <IconButton label="Move down" disabled={at === count - 1} onClick={() => onMove(at + 2)}>
          <ArrowDownIcon />
        </IconButton>
        <IconButton label="Edit" onClick={() => setEdited(true)}>
          <Pencil1Icon />
        </IconButton>
        <IconButton
          label="Send now: stops what runs"
          onClick={() =>
            void act("The message was not sent", () => client.queue.promote(chat_id, { id: message.id }))
          }
        >
          <PaperPlaneIcon />
        </IconButton>
        <IconButton
          label="Delete"
          onClick={() =>
            void act("The message was not deleted", () => client.queue.delete(chat_id, message.id))
          }
        >
          <TrashIcon />
        </IconButton>
      </span>
    </>
  );
}

function queuedText({ content }: QueuedMessage): string {
  const text = content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join(" ");
  const files = content.filter((part) => part.type !== "text").length;
  return files === 0 ? text : `${text} (${countOf(files, "file")})`.trim();
}

const MESSAGE_GONE = "The message left the queue as it was. What you changed stands in the box.";

function EditQueued({ message, onEnd }: { readonly message: QueuedMessage; readonly onEnd: () => void }) {
  const { client, chat_id, act } = useOpenChat();
  const [before] = useState(() =>
    message.content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n"),
  );
  const [text, setText] = useState(before);
  const unsaved = useUnsavedWords({ before, typed: text, note: MESSAGE_GONE });
  const cancel = (): void => {
    unsaved.leave();
    onEnd();
  };
  const save = async (): Promise<void> => {
    if (text.trim() === "") return;
    const content = [
      ...message.content.filter((part) => part.type !== "text"),
      { type: "text" as const, text },
    ];
    const change = () =>
      act("The message was not changed", () => client.queue.update(chat_id, { id: message.id, content }));
    if (await unsaved.save(change)) onEnd();
  };
  return (
    <form
      className={styles.edit}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <textarea
        className={styles.editBox}
        aria-label="Edit the queued message"
        value={text}
        // biome-ignore lint/a11y/noAutofocus: the person has just asked for this field
        autoFocus
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape") {
            event.stopPropagation();
            cancel();
          } else if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            void save();
          }
        }}
      />
      <button type="submit" className={styles.save}>
        Save
      </button>
      <button type="button" className={styles.save} onClick={cancel}>
        Cancel
      </button>
    </form>
  );
}
