// The scrolling of the transcript as state of the page: whether somebody is at the end, how much is new since they left it, and
// where they were when they come back.
import {
  type MouseEvent,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { keepPlace, keptPlace } from "./kept-places.ts";
import { StickToEnd } from "./stick-to-end.ts";

interface ScrollInput {
  readonly chatId: string;
  /** The messages are there. */
  readonly isReady: boolean;
  /** How many items there are. */
  readonly count: number;
  readonly hasMore: boolean;
  readonly loadOlder: () => Promise<unknown>;
}

export interface Scroll {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  readonly stick: RefObject<StickToEnd | null>;
  readonly isAtEnd: boolean;
  /** Items that came since somebody left the end. */
  readonly fresh: number;
  readonly toEnd: () => void;
  readonly onClick: (event: MouseEvent) => void;
}

/** Pages of older messages that are loaded to find the place of the last time. */
const pagesBackMax = 5;

export function useScroll({ chatId, isReady, count, hasMore, loadOlder }: ScrollInput): Scroll {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const stick = useRef<StickToEnd | null>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const [seen, setSeen] = useState(0);
  useLayoutEffect(() => {
    if (box.current === null || content.current === null) return;
    const made = new StickToEnd(box.current, content.current, setAtEnd);
    stick.current = made;
    const keep = (): void => keepPlace(chatId, made.place());
    window.addEventListener("pagehide", keep);
    return () => {
      keep();
      window.removeEventListener("pagehide", keep);
      made.close();
    };
  }, [chatId]);
  // Older messages that are loaded are not new: what counts is what stands behind the last one that was seen.
  const end = useRef(count);
  end.current = count;
  useEffect(() => setSeen(end.current), [isAtEnd]);
  const load = useCallback(async () => {
    const before = end.current;
    await loadOlder();
    setSeen((old) => old + (end.current - before));
  }, [loadOlder]);
  useReturn({ chatId, isReady, hasMore, load, stick });
  const toEnd = useCallback(() => stick.current?.toEnd(), []);
  const onClick = useCallback((event: MouseEvent) => {
    if (event.target instanceof Element && event.target.closest("[aria-expanded],summary") !== null)
      stick.current?.release();
  }, []);
  return { box, content, stick, isAtEnd, fresh: isAtEnd ? 0 : Math.max(0, count - seen), toEnd, onClick };
}

interface ReturnInput extends Pick<ScrollInput, "chatId" | "isReady" | "hasMore"> {
  readonly load: () => Promise<unknown>;
  readonly stick: RefObject<StickToEnd | null>;
}

/** Goes back to where somebody was, if those messages can still be had. */
function useReturn({ chatId, isReady, hasMore, load, stick }: ReturnInput): void {
  const wanted = useRef<{ readonly chat: string; pages: number } | null>(null);
  const more = useRef(hasMore);
  more.current = hasMore;
  useLayoutEffect(() => {
    if (!isReady || wanted.current?.chat === chatId) return;
    const mine = { chat: chatId, pages: 0 };
    wanted.current = mine;
    const place = keptPlace(chatId);
    if (place === null) return;
    const look = (): void => {
      if (wanted.current !== mine || stick.current === null || stick.current.goTo(place)) return;
      // What is there already may still be on its way to the page.
      if (stick.current.isPending) return void requestAnimationFrame(look);
      if (!more.current || mine.pages >= pagesBackMax) return;
      mine.pages += 1;
      void load().then(
        () => requestAnimationFrame(look),
        () => undefined,
      );
    };
    look();
  }, [chatId, isReady, load, stick]);
}
