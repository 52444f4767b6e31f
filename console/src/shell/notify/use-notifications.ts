// Notifications of the system for what has begun to wait while nobody looks at the page. Only after the person turned them on.
import { useEffect, useRef, useSyncExternalStore } from "react";
import { useLocation } from "wouter";
import { keep, readKept } from "../../state/kept.ts";
import { type WaitingItem, waitingIds, waitingWords } from "../inbox/waiting.ts";

const listeners = new Set<() => void>();

/** On, off, or refused by the browser, which only its own settings can change. */
export type NotifyState = "on" | "off" | "blocked" | "impossible";

function notifyState(): NotifyState {
  if (!("Notification" in window)) return "impossible";
  if (Notification.permission === "denied") return "blocked";
  return Notification.permission === "granted" && readKept("notify") === true ? "on" : "off";
}

/** Asks the browser, which asks the person. */
export async function setNotify(wanted: boolean): Promise<NotifyState> {
  if (wanted && "Notification" in window && Notification.permission === "default")
    await Notification.requestPermission();
  keep("notify", wanted ? true : undefined);
  for (const listener of listeners) listener();
  return notifyState();
}

export function useNotifyState(): NotifyState {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, notifyState);
}

/** @param waiting null: not known yet */
export function useNotifications(waiting: readonly WaitingItem[] | null): void {
  const [, navigate] = useLocation();
  const known = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (waiting === null) return;
    const before = known.current;
    known.current = new Set(waiting.flatMap(waitingIds));
    // What waited when the page was opened is on the page.
    if (before === null || document.visibilityState === "visible" || notifyState() !== "on") return;
    for (const item of waiting) {
      if (waitingIds(item).every((id) => before.has(id))) continue;
      const { id, title } = item.chat;
      const shown = new Notification(title || "Everturn", { body: waitingWords(item), tag: id });
      shown.addEventListener("click", () => {
        window.focus();
        navigate(`/chats/${id}`);
        shown.close();
      });
    }
  }, [waiting, navigate]);
}
