// The draft in the composer's box: kept for each chat, the same in all tabs, and with its caret where it belongs.
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { keepDraft, onDraftElsewhere, putBack, readDraft } from "./drafts.ts";

export interface DraftState {
  readonly text: string;
  readonly caret: number;
  readonly set: (text: string, caret: number) => void;
  readonly moveCaret: (caret: number) => void;
  /** Brings back what could not be sent, above what was typed since: also when the person has left the chat meanwhile. */
  readonly restore: (text: string) => void;
}

export function useDraft(key: string, box: RefObject<HTMLTextAreaElement | null>): DraftState {
  const [state, setState] = useState(() => ({ key, text: readDraft(localStorage, key), caret: 0 }));
  // Another chat: its own draft, at once.
  const shown = state.key === key ? state : { key, text: readDraft(localStorage, key), caret: 0 };
  if (shown !== state) setState(shown);
  const wantedCaret = useRef<number | null>(null);
  const set = useCallback(
    (text: string, caret: number) => {
      keepDraft(localStorage, key, text);
      wantedCaret.current = caret;
      setState({ key, text, caret });
    },
    [key],
  );
  const restore = useCallback((text: string) => putBack(localStorage, key, text), [key]);
  const moveCaret = useCallback(
    (caret: number) => setState((old) => (old.caret === caret ? old : { ...old, caret })),
    [],
  );
  useEffect(
    () =>
      onDraftElsewhere(key, (change) =>
        setState((old) => {
          const text = change(old.text);
          return old.text === text ? old : { key, text, caret: text.length };
        }),
      ),
    [key],
  );
  useLayoutEffect(() => {
    const area = box.current;
    const caret = wantedCaret.current;
    wantedCaret.current = null;
    if (area !== null && caret !== null && area.selectionStart !== caret && document.activeElement === area)
      area.setSelectionRange(caret, caret);
    if (area !== null && !CSS.supports("field-sizing", "content")) fit(area);
  });
  useEffect(() => {
    if (window.matchMedia("(pointer: fine)").matches) box.current?.focus({ preventScroll: true });
  }, [key, box]);
  return { text: shown.text, caret: shown.caret, set, moveCaret, restore };
}

/** For browsers whose text boxes do not grow by themselves. */
function fit(area: HTMLTextAreaElement): void {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}
