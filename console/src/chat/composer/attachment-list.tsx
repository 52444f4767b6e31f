// The files that go with the next message.
import { Cross2Icon } from "@radix-ui/react-icons";
import type { Everturn } from "../../../../client/index.ts";
import { IconButton } from "../../ui/controls/button.tsx";
import { bytesWords } from "../../ui/words.ts";
import { shownText } from "../markdown/shown-text.ts";
import type { Attachment, Attachments } from "./attachments.ts";
import styles from "./composer.module.css";

export function AttachmentList({
  client,
  attachments,
}: {
  readonly client: Everturn;
  readonly attachments: Attachments;
}) {
  if (attachments.items.length === 0) return null;
  return (
    <ul className={styles.attachments} aria-label="Attached files">
      {attachments.items.map((item) => (
        <li key={item.key} className={styles.attachment} data-state={item.state.type}>
          <Preview client={client} item={item} />
          <span className={styles.attachmentName}>{shownText(item.name)}</span>
          <span className={styles.attachmentState} role={item.state.type === "failed" ? "alert" : undefined}>
            {stateWords(item)}
          </span>
          {item.state.type === "uploading" && (
            <progress className={styles.progress} aria-label={`Uploading ${item.name}`} />
          )}
          <IconButton label={`Remove ${item.name}`} onClick={() => attachments.remove(item.key)}>
            <Cross2Icon />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}

function stateWords({ state, size }: Attachment): string {
  if (state.type === "failed") return state.words;
  return state.type === "uploading" ? `Uploading ${bytesWords(size)} …` : bytesWords(size);
}

function Preview({ client, item }: { readonly client: Everturn; readonly item: Attachment }) {
  if (item.state.type !== "ready" || !item.media_type.startsWith("image/")) return null;
  return <img className={styles.thumb} src={client.files.url(item.state.file_id)} alt="" />;
}
