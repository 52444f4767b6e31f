// Lines between messages: what a compaction did, and what was added for the model without being shown as a message.
import { ChevronRightIcon } from "@radix-ui/react-icons";
import { memo, useId, useState } from "react";
import { CHAT_SUMMARIZED } from "../../../../core/chat/compaction.ts";
import type { JsonValue } from "../../../../core/part/part.ts";
import { Markdown } from "../markdown/markdown.tsx";
import { field, word } from "../tools/call-words.ts";
import type { NoticeItem } from "./items.ts";
import styles from "./messages.module.css";

export const Notice = memo(function Notice({ item }: { readonly item: NoticeItem }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const result = item.type === "compaction" ? summaryOf(item) : undefined;
  const text = item.type === "compaction" ? word(field(result, "summary")) : plainText(item);
  const words = item.type === "compaction" ? compactionWords(result) : "Context was added for the model";
  return (
    <div className={styles.notice} data-type={item.type}>
      <button
        type="button"
        className={styles.noticeLine}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <span>{words}</span>
        <ChevronRightIcon className={styles.foldIcon} aria-hidden="true" />
      </button>
      <div id={id} hidden={!isOpen} className={styles.thought}>
        {isOpen && <Markdown text={text === "" ? "There is nothing to show." : text} />}
      </div>
    </div>
  );
});

function summaryOf(item: NoticeItem): JsonValue | undefined {
  const part = item.message.content.find(
    (one) => one.type === "tool-result" && one.tool_name === CHAT_SUMMARIZED,
  );
  return part?.type === "tool-result" ? part.result : undefined;
}

function plainText(item: NoticeItem): string {
  return item.message.content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n");
}

function compactionWords(result: JsonValue | undefined): string {
  const percent = field(result, "usage_percent");
  const why =
    field(result, "source") === "manual"
      ? "because you asked for it"
      : typeof percent === "number"
        ? `when ${Math.round(percent)} % of the context was used`
        : "because the context was full";
  return `What was said before was summarised for the model, ${why}. You can still read it.`;
}
