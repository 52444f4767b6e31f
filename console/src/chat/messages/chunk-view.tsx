// A chunk of the transcript. It is rendered anew only when one of its items changed, and laid out only when it is near.
import { memo, startTransition, useEffect, useRef, useState } from "react";
import { ToolGroup } from "../tools/tool-group.tsx";
import type { TranscriptChunk } from "./chunks.ts";
import { ItemView } from "./item-view.tsx";
import type { TranscriptItem } from "./items.ts";
import styles from "./messages.module.css";

interface ChunkViewProps {
  readonly chunk: TranscriptChunk;
  /** What running calls have written, by their ids; empty for chunks without a running call. */
  readonly outputs: ReadonlyMap<string, string>;
  /** The turn that runs, if the chunk ends in it: the others need not be rendered when one begins. */
  readonly running_turn: number | null;
  readonly isLast: boolean;
}

export const ChunkView = memo(function ChunkView(props: ChunkViewProps) {
  const [isShown, setShown] = useState(props.isLast);
  // Chunks above the last one are made in small steps, so that a page of older messages never holds up the page.
  useEffect(() => startTransition(() => setShown(true)), []);
  if (!isShown) return <div className={styles.chunk} data-pending={true} />;
  return <ShownChunk {...props} />;
});

function ShownChunk({ chunk, outputs, running_turn, isLast }: ChunkViewProps) {
  // Calls that somebody has seen running stay as they are: folding them would move the page.
  const watched = useRef<Set<number>>(new Set());
  if (running_turn !== null) watched.current.add(running_turn);
  const last = chunk.items.at(-1);
  const one = (item: TranscriptItem) => (
    <ItemView
      key={item.key}
      item={item}
      output={item.type === "tool" ? outputs.get(item.call.tool_call_id) : undefined}
      isLast={isLast && item === last}
    />
  );
  return (
    <div className={styles.chunk} data-last={isLast}>
      {groupsOf(chunk.items, watched.current).map((group) => {
        const [first] = group;
        if (first === undefined) return null;
        if (group.length === 1) return one(first);
        return (
          <ToolGroup key={`g${first.key}`} items={group}>
            {group.map(one)}
          </ToolGroup>
        );
      })}
    </div>
  );
}

/** So many calls in a row become one line. */
const foldedMin = 6;

function groupsOf(
  items: readonly TranscriptItem[],
  watched: ReadonlySet<number>,
): readonly (readonly TranscriptItem[])[] {
  const groups: TranscriptItem[][] = [];
  for (const item of items) {
    const current = groups.at(-1);
    const joins =
      isWork(item) &&
      !watched.has(item.turn_id) &&
      current?.[0] !== undefined &&
      isWork(current[0]) &&
      current[0].turn_id === item.turn_id;
    if (joins) current.push(item);
    else groups.push([item]);
  }
  return groups.flatMap((group) =>
    group.filter((item) => item.type === "tool").length >= foldedMin ? [group] : group.map((item) => [item]),
  );
}

function isWork(item: TranscriptItem): boolean {
  return item.type === "tool" || item.type === "reasoning";
}
