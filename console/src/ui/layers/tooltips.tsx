// One tooltip for the whole page: shows the `data-tooltip` of whatever the pointer rests on, or the keyboard has reached.
import { useEffect, useRef, useState } from "react";
import styles from "./tooltips.module.css";

interface Shown {
  readonly words: string;
  readonly left: number;
  readonly top: number;
  readonly isAbove: boolean;
}

const DELAY_MS = 450;
const EDGE_PX = 8;
/** Below this height over the element there is no room for words. */
const ROOM_PX = 40;

/** Elements with `data-tooltip` need a name of their own as well: screen readers do not see this one. */
export function Tooltips() {
  const [shown, setShown] = useState<Shown | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => watchTooltips(setShown), []);
  useEffect(() => {
    const { current } = box;
    if (current === null || shown === null) return;
    // Above dialogs, which are in the browser's top layer.
    if (!current.matches(":popover-open")) current.showPopover();
    const half = current.offsetWidth / 2;
    const left = Math.min(Math.max(shown.left, half + EDGE_PX), window.innerWidth - half - EDGE_PX);
    current.style.left = `${left}px`;
  }, [shown]);
  if (shown === null) return null;
  const { words, left, top, isAbove } = shown;
  return (
    <div
      ref={box}
      popover="manual"
      className={isAbove ? styles.above : styles.below}
      style={{ left, top }}
      aria-hidden="true"
    >
      {words}
    </div>
  );
}

function watchTooltips(show: (shown: Shown | null) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hide = () => {
    clearTimeout(timer);
    show(null);
  };
  const later = (event: Event, delayMs: number) => {
    const element = event.target instanceof Element ? event.target.closest("[data-tooltip]") : null;
    hide();
    if (element === null) return;
    timer = setTimeout(() => show(placeAt(element)), delayMs);
  };
  const onHover = (event: Event) => later(event, DELAY_MS);
  const onFocus = (event: Event) => {
    if (event.target instanceof Element && event.target.matches(":focus-visible")) later(event, 0);
  };
  const listeners: readonly [string, (event: Event) => void][] = [
    ["pointerover", onHover],
    ["focusin", onFocus],
    ["focusout", hide],
    ["pointerdown", hide],
    ["keydown", hide],
    ["scroll", hide],
  ];
  for (const [name, listener] of listeners) document.addEventListener(name, listener, true);
  return () => {
    hide();
    for (const [name, listener] of listeners) document.removeEventListener(name, listener, true);
  };
}

function placeAt(element: Element): Shown | null {
  const words = element.getAttribute("data-tooltip");
  if (words === null || words === "" || !element.isConnected) return null;
  const { left, top, bottom, width } = element.getBoundingClientRect();
  const isAbove = top > ROOM_PX;
  return { words, left: left + width / 2, top: isAbove ? top : bottom, isAbove };
}
