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
import { soughtMessageId } from "./use-sought-message.ts";

interface ScrollInput {
  readonly chatId: string;
  /** The messages are there. */
  readonly isReady: boolean;
  /** The key of the last item; undefined: there is none. */
  readonly lastKey: string | undefined;
  readonly hasMore: boolean;
  readonly loadOlder: () => Promise<unknown>;
}

export interface Scroll {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  readonly stick: RefObject<StickToEnd | null>;
  readonly isAtEnd: boolean;
  /** The last item that was there when somebody left the end: what stands behind it is new to them. */
  readonly seenKey: string | undefined;
  readonly toEnd: () => void;
  readonly onClick: (event: MouseEvent) => void;
}

/** Pages of older messages that are loaded to find the place of the last time. */
const pagesBackMax = 5;
const settleFrames = 8;

export function useScroll({ chatId, isReady, lastKey, hasMore, loadOlder }: ScrollInput): Scroll {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const stick = useRef<StickToEnd | null>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const [seenKey, setSeenKey] = useState(lastKey);
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
  const end = useRef(lastKey);
  end.current = lastKey;
  useEffect(() => setSeenKey(end.current), [isAtEnd]);
  useReturn({ chatId, isReady, hasMore, load: loadOlder, stick });
  const toEnd = useCallback(() => stick.current?.toEnd(), []);
  const onClick = useCallback((event: MouseEvent) => {
    if (event.target instanceof Element && event.target.closest("[aria-expanded],summary") !== null)
      stick.current?.release();
  }, []);
  return { box, content, stick, isAtEnd, seenKey, toEnd, onClick };
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
    // Somebody comes for a message rather than back.
    if (place === null || soughtMessageId() !== null) return;
    // What is near gets its true height in the frames after, so the way is gone more than once.
    let rounds = 0;
    const look = (): void => {
      if (wanted.current !== mine || stick.current === null) return;
      if (stick.current.goTo(place)) {
        rounds += 1;
        if (rounds < settleFrames) requestAnimationFrame(look);
        return;
      }
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
