// Dialogs of a chat in the list: rename, labels, delete.
import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import type { Chat } from "../../../../../client/index.ts";
import { everturn } from "../../../state/everturn.ts";
import { useFeedStore } from "../../../state/feed.ts";
import { useCommand } from "../../../state/use-command.ts";
import { Button } from "../../../ui/controls/button.tsx";
import { TextField } from "../../../ui/controls/field.tsx";
import { ConfirmDialog } from "../../../ui/layers/confirm-dialog.tsx";
import { Dialog } from "../../../ui/layers/dialog.tsx";
import { chatIdOf } from "../../use-shown-chat.ts";
import styles from "./chat-dialogs.module.css";
import { labelsText, parseLabels } from "./labels-text.ts";
import type { ChatDeed } from "./use-chat-deeds.ts";

interface ChatDialogsProps {
  readonly chat: Chat;
  readonly dialog: ChatDeed | null;
  readonly onClose: () => void;
}

export default function ChatDialogs({ chat, dialog, onClose }: ChatDialogsProps) {
  if (dialog === "rename") return <RenameDialog chat={chat} onClose={onClose} />;
  if (dialog === "label") return <LabelsDialog chat={chat} onClose={onClose} />;
  if (dialog === "delete") return <DeleteDialog chat={chat} onClose={onClose} />;
  return null;
}

type OneDialogProps = Omit<ChatDialogsProps, "dialog">;

function RenameDialog({ chat, onClose }: OneDialogProps) {
  const [title, setTitle] = useState(chat.title);
  const fault = title.trim() === "" ? "Enter a title." : undefined;
  const { save, busy } = useSave(chat, onClose);
  return (
    <FormDialog
      title="Rename chat"
      busy={busy}
      onClose={onClose}
      onSave={() => fault ?? save({ title: title.trim() })}
    >
      <TextField
        label="Title"
        value={title}
        maxLength={200}
        fault={fault}
        dir="auto"
        onFocus={(event) => event.target.select()}
        onChange={(event) => setTitle(event.target.value)}
      />
    </FormDialog>
  );
}

function LabelsDialog({ chat, onClose }: OneDialogProps) {
  const [text, setText] = useState(() => labelsText(chat.labels));
  const parsed = parseLabels(text);
  const fault = typeof parsed === "string" ? parsed : undefined;
  const { save, busy } = useSave(chat, onClose);
  const onSave = () => (typeof parsed === "string" ? undefined : save({ labels: parsed }));
  return (
    <FormDialog title="Labels" busy={busy} onClose={onClose} onSave={onSave}>
      <TextField
        label="Labels"
        value={text}
        fault={fault}
        hint="`key:value`, separated by commas, such as `team:web, urgent:yes`."
        onChange={(event) => setText(event.target.value)}
      />
    </FormDialog>
  );
}

function DeleteDialog({ chat, onClose }: OneDialogProps) {
  const { run, busy } = useCommand("The chat could not be deleted");
  const [location, navigate] = useLocation();
  const remove = async () => {
    if (!(await run(() => everturn.chats.delete(chat.id)))) return;
    onClose();
    if (chatIdOf(location) === chat.id) navigate("/");
  };
  return (
    <ConfirmDialog
      title="Delete chat"
      deed="Delete chat"
      busy={busy}
      onConfirm={() => void remove()}
      onClose={onClose}
    >
      “{chat.title || "Untitled chat"}”, all its messages and its subagents are deleted for good. What runs in
      it is stopped.
    </ConfirmDialog>
  );
}

interface FormDialogProps {
  readonly title: string;
  readonly busy: boolean;
  readonly onClose: () => void;
  readonly onSave: () => unknown;
  readonly children: React.ReactNode;
}

function FormDialog({ title, busy, onClose, onSave, children }: FormDialogProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className={styles.form} onSubmit={submit} noValidate>
        {children}
        <div className={styles.actions}>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={busy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Saves a change, and closes the dialog when that is done. */
function useSave(chat: Chat, onClose: () => void) {
  const feed = useFeedStore();
  const { run, busy } = useCommand("The chat could not be changed");
  const save = (body: Parameters<typeof everturn.chats.update>[1]) =>
    run(async () => feed.put(await everturn.chats.update(chat.id, body))).then((isDone) => {
      if (isDone) onClose();
    });
  return { save, busy };
}
