// The box in which people write: text, files, commands, and what is to happen with a message while the agent works.
import { ArrowUpIcon, PlusIcon, StopIcon } from "@radix-ui/react-icons";
import { type DragEvent, useRef, useState } from "react";
import { MEDIA_TYPES } from "../../../../core/file/media-type.ts";
import { IconButton } from "../../ui/controls/button.tsx";
import { AttachmentList } from "./attachment-list.tsx";
import { useAttachments } from "./attachments.ts";
import styles from "./composer.module.css";
import type { BusyBehavior, ComposerProps } from "./outgoing.ts";
import { SuggestionList } from "./suggestion-list.tsx";
import { type Typing, useTyping } from "./use-typing.ts";

export function Composer(props: ComposerProps) {
  const { client, isBusy, closed, onStop, children } = props;
  const attachments = useAttachments(client);
  const typing = useTyping({ ...props, attachments });
  const [isOver, setOver] = useState(false);
  // An empty box says it itself.
  const closedWords = typing.text === "" ? "\u00a0" : closed;
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    attachments.add(event.dataTransfer.files);
  };
  return (
    <div className={styles.wrap}>
      <SuggestionList typing={typing} />
      <form
        className={styles.composer}
        data-over={isOver}
        aria-label="Write a message"
        onSubmit={(event) => {
          event.preventDefault();
          void typing.send(typing.behavior);
        }}
        onDragOver={(event) => {
          if (!event.dataTransfer.types.includes("Files")) return;
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <AttachmentList client={client} attachments={attachments} />
        <Box typing={typing} isBusy={isBusy} closed={closed} onFiles={attachments.add} />
        <div className={styles.bar}>
          <AttachButton onFiles={attachments.add} isOff={closed !== null} />
          {children}
          <span className={styles.gap} />
          {isBusy && <BehaviorPicker value={typing.behavior} onChange={typing.setBehavior} />}
          {isBusy && (
            <IconButton label="Stop" keys="Esc" className={styles.stop} onClick={onStop}>
              <StopIcon />
            </IconButton>
          )}
          <IconButton
            label="Send"
            keys="Enter"
            type="submit"
            className={styles.send}
            disabled={!typing.canSend}
          >
            <ArrowUpIcon />
          </IconButton>
        </div>
      </form>
      <p className={styles.keys} id="composer-keys">
        {closed === null ? (typing.fault ?? keyWords(isBusy, typing.behavior)) : closedWords}
      </p>
    </div>
  );
}

interface BoxProps extends Pick<ComposerProps, "isBusy" | "closed"> {
  readonly typing: Typing;
  readonly onFiles: (files: Iterable<File>) => void;
}

function Box({ typing, isBusy, closed, onFiles }: BoxProps) {
  const isOffering = typing.suggestions.length > 0;
  return (
    <textarea
      ref={typing.box}
      className={styles.box}
      rows={1}
      dir="auto"
      value={typing.text}
      disabled={closed !== null}
      placeholder={closed ?? (isBusy ? "Write what comes next" : "Write a message")}
      aria-label="Message"
      aria-describedby="composer-keys"
      aria-controls={isOffering ? "composer-suggestions" : undefined}
      aria-activedescendant={isOffering ? `suggestion-${typing.chosen}` : undefined}
      onChange={(event) => typing.type(event.target.value, event.target.selectionStart)}
      onSelect={(event) => typing.moveCaret(event.currentTarget.selectionStart)}
      onKeyDown={typing.onKeyDown}
      onPaste={(event) => {
        const { files } = event.clipboardData;
        if (files.length === 0 && !typing.pasteAsFile(event.clipboardData.getData("text/plain"))) return;
        event.preventDefault();
        onFiles(files);
      }}
    />
  );
}

function keyWords(isBusy: boolean, behavior: BusyBehavior): string {
  if (!isBusy) return "Enter sends, Shift+Enter makes a new line. / for commands, @ for files.";
  const enter = { queue: "queues it", steer: "steers with it", interrupt: "stops and sends it" }[behavior];
  return `Enter ${enter}, Ctrl+Enter steers, Ctrl+Shift+Enter stops and sends, Esc stops.`;
}

const BEHAVIORS: readonly (readonly [BusyBehavior, string, string])[] = [
  ["queue", "Queue", "Send it when this turn is over"],
  ["steer", "Steer", "Tell the agent after its next tool calls"],
  ["interrupt", "Stop and send", "Stop this turn, and send it now"],
];

interface BehaviorPickerProps {
  readonly value: BusyBehavior;
  readonly onChange: (value: BusyBehavior) => void;
}

function BehaviorPicker({ value, onChange }: BehaviorPickerProps) {
  return (
    <select
      className={styles.picker}
      aria-label="While the agent works"
      data-tooltip={BEHAVIORS.find(([name]) => name === value)?.[2]}
      value={value}
      onChange={(event) => onChange(event.target.value as BusyBehavior)}
    >
      {BEHAVIORS.map(([name, words, more]) => (
        <option key={name} value={name} title={more}>
          {words}
        </option>
      ))}
    </select>
  );
}

function AttachButton({
  onFiles,
  isOff,
}: {
  readonly onFiles: (files: Iterable<File>) => void;
  readonly isOff: boolean;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton label="Attach files" disabled={isOff} onClick={() => input.current?.click()}>
        <PlusIcon />
      </IconButton>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={[...MEDIA_TYPES, "text/*"].join(",")}
        data-attach="true"
        onChange={(event) => {
          onFiles(event.target.files ?? []);
          event.target.value = "";
        }}
      />
    </>
  );
}
