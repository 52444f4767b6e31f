// The message with which a chat was just made, as it will look when the stream has it.
import type { InputPart } from "../../../../core/part/part.ts";
import { FilesView } from "./files-view.tsx";
import styles from "./messages.module.css";
import { textOf } from "./user-message.tsx";

export function FirstMessage({ content }: { readonly content: readonly InputPart[] }) {
  const files = content.flatMap((part) => (part.type === "file" ? [part] : []));
  const text = textOf({ content });
  return (
    <div className={styles.item} data-item="user">
      <div className={styles.user}>
        <article className={styles.userBox} dir="auto">
          {files.length > 0 && <FilesView files={files} />}
          {text !== "" && <p className={styles.userText}>{text}</p>}
        </article>
        <div className={styles.actions} />
      </div>
    </div>
  );
}
