// One item of the transcript.
import { memo } from "react";
import { assertNever } from "../../../../core/assert-never.ts";
import { SafeLink } from "../markdown/elements.tsx";
import { Markdown } from "../markdown/markdown.tsx";
import { ToolCard } from "../tools/tool-card.tsx";
import { AnswerEnd } from "./answer-end.tsx";
import { FilesView } from "./files-view.tsx";
import type { SourcesItem, TranscriptItem } from "./items.ts";
import styles from "./messages.module.css";
import { Notice } from "./notices.tsx";
import { Reasoning } from "./reasoning.tsx";
import { UserMessage } from "./user-message.tsx";

interface ItemViewProps {
  readonly item: TranscriptItem;
  /** Of a tool call that runs: what it has written so far. */
  readonly output: string | undefined;
  readonly isLast: boolean;
}

export const ItemView = memo(function ItemView({ item, output, isLast }: ItemViewProps) {
  return (
    <div className={styles.item} data-key={item.key} data-item={item.type}>
      <Content item={item} output={output} isLast={isLast} />
    </div>
  );
});

function Content({ item, output, isLast }: ItemViewProps) {
  switch (item.type) {
    case "user":
      return <UserMessage message={item.message} />;
    case "text":
      return <Markdown text={item.text} live={item.live} />;
    case "reasoning":
      return <Reasoning item={item} />;
    case "tool":
      return <ToolCard item={item} output={output} />;
    case "sources":
      return <Sources item={item} />;
    case "files":
      return <FilesView files={item.files} />;
    case "compaction":
    case "hidden":
      return <Notice item={item} />;
    case "end":
      return <AnswerEnd message={item.message} isLast={isLast} />;
    default:
      return assertNever(item);
  }
}

function Sources({ item }: { readonly item: SourcesItem }) {
  return (
    <ol className={styles.sources} aria-label="Sources">
      {item.sources.map(({ url, title }) => (
        <li key={url}>
          <SafeLink href={url}>{title || url}</SafeLink>
        </li>
      ))}
    </ol>
  );
}
