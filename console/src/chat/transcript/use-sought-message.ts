// A message that the address names (`/chats/<id>#message-12`): found however old it is, shown, and marked for a moment.
import { type RefObject, useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { useLocationProperty } from "wouter/use-browser-location";
import type { ChatView } from "../../../../client/index.ts";
import { useToast } from "../../ui/layers/toasts.tsx";
import { keyOfMessage } from "../messages/items.ts";
import type { StickToEnd } from "./stick-to-end.ts";

interface SoughtInput {
  readonly view: ChatView;
  readonly isLoadingOlder: boolean;
  readonly loadOlder: () => Promise<unknown>;
  readonly stick: RefObject<StickToEnd | null>;
}

/** From the upper edge, so that what was said before it is seen, too. */
const topPx = 72;
/** What is near gets its true height in the frames after, so the way is gone more than once. */
const settleFrames = 8;
/** Some seconds: what is not made by then is folded away. */
const framesMax = 600;

export function soughtMessageId(): number | null {
  const id = /^#message-(\d{1,15})$/.exec(location.hash)?.[1];
  return id === undefined ? null : Number(id);
}

export function useSoughtMessage({ view, isLoadingOlder, loadOlder, stick }: SoughtInput): void {
  const id = useLocationProperty(soughtMessageId);
  const [path, go] = useLocation();
  const toast = useToast();
  /** The oldest message when older ones were last asked for: the same one again means that none came. */
  const askedAt = useRef<number | null>(null);
  const { caught_up, messages, has_more } = view;
  useEffect(() => {
    askedAt.current = null;
  }, [id]);
  useEffect(() => {
    if (id === null || !caught_up || isLoadingOlder) return undefined;
    // The address forgets it again: the same search result can be chosen once more, and a reload keeps the place.
    const leave = (): void => go(path, { replace: true });
    const key = keyOfMessage(messages, id);
    if (key !== null) return showWhenMade(key, stick, leave);
    const oldest = messages[0]?.id ?? 0;
    const isOlder = oldest > id && has_more;
    if (isOlder && askedAt.current !== oldest) {
      askedAt.current = oldest;
      void loadOlder();
      return undefined;
    }
    const words = isOlder
      ? "Older messages could not be loaded, and the one that you look for is among them."
      : "This message is no longer in the chat.";
    toast({ words, tone: "bad" });
    leave();
    return undefined;
  }, [id, caught_up, messages, has_more, isLoadingOlder, loadOlder, stick, path, go, toast]);
}

/** Messages that are loaded may still be on their way to the page. */
function showWhenMade(key: string, stick: SoughtInput["stick"], done: () => void): () => void {
  let frame = 0;
  let rounds = 0;
  let frames = 0;
  const look = (): void => {
    frames += 1;
    if (stick.current?.goTo({ key, top: topPx }) === true) rounds += 1;
    if (rounds < settleFrames && frames < framesMax) {
      frame = requestAnimationFrame(look);
      return;
    }
    stick.current?.mark(key);
    done();
  };
  frame = requestAnimationFrame(look);
  return () => cancelAnimationFrame(frame);
}
