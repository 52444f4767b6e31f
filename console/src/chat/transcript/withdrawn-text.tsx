// Text of a failed attempt fades away, once, when the next attempt begins.
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ChatView } from "../../../../client/index.ts";
import { ItemView } from "../messages/item-view.tsx";
import { previewItems, type TranscriptItem } from "../messages/items.ts";
import messages from "../messages/messages.module.css";
import { withdrawnBetween } from "../messages/withdrawn.ts";

const fadeMs = 150;

export function Withdrawn({ view }: { readonly view: ChatView }) {
  const before = useRef(view);
  const [gone, setGone] = useState<readonly TranscriptItem[]>([]);
  // Before the page is drawn: else the text would be gone for a frame, and then come back to fade.
  useLayoutEffect(() => {
    const withdrawn = withdrawnBetween(before.current, view);
    const items = withdrawn === null ? [] : previewItems(before.current, withdrawn);
    before.current = view;
    if (items.length > 0) setGone(items.map((item) => ("live" in item ? { ...item, live: false } : item)));
  }, [view]);
  useEffect(() => {
    if (gone.length === 0) return;
    const timer = window.setTimeout(() => setGone([]), fadeMs);
    return () => window.clearTimeout(timer);
  }, [gone]);
  // The next attempt writes in the same place.
  const isReplaced = (view.previews.get("")?.content.size ?? 0) > 0;
  if (gone.length === 0 || isReplaced) return null;
  return (
    <div className={messages["withdrawn"]} data-withdrawn={gone.length} aria-hidden="true">
      {gone.map((item) => (
        <ItemView key={item.key} item={item} output={undefined} isLast={false} />
      ))}
    </div>
  );
}
