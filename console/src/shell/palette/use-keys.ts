// Keys that work everywhere. In a field of text only those with Ctrl or Cmd do.
import { useEffect, useRef } from "react";

const isApple = /Mac|iPhone|iPad/.test(navigator.platform);
/** What the platform calls the key that goes with letters. */
export const MOD = isApple ? "⌘" : "Ctrl ";

export const KEYS = {
  palette: { keys: `${MOD}K`, words: "Search chats, pages and commands" },
  "new-chat": { keys: `${MOD}Shift O`, words: "New chat" },
  sidebar: { keys: `${MOD}B`, words: "Show or hide the sidebar" },
  inbox: { keys: "G then I", words: "Open the inbox" },
  shortcuts: { keys: "?", words: "List of shortcuts" },
} as const;
export type KeyCommand = keyof typeof KEYS;

const SEQUENCE_MS = 1_000;

export function useKeys(commands: Readonly<Record<KeyCommand, () => void>>): void {
  const current = useRef(commands);
  current.current = commands;
  useEffect(() => {
    let gAtMs = 0;
    const onKey = (event: KeyboardEvent) => {
      // A person who composes a character presses keys for the input method, not for us.
      if (event.isComposing || event.defaultPrevented) return;
      const now = performance.now();
      const command = commandOf(event, now - gAtMs < SEQUENCE_MS);
      gAtMs = isPlain(event) && event.key === "g" ? now : 0;
      if (command === null) return;
      event.preventDefault();
      current.current[command]();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

function commandOf(event: KeyboardEvent, isAfterG: boolean): KeyCommand | null {
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (event.altKey) return null;
    if (key === "k" && !event.shiftKey) return "palette";
    if (key === "o" && event.shiftKey) return "new-chat";
    return key === "b" && !event.shiftKey ? "sidebar" : null;
  }
  if (!isPlain(event)) return null;
  if (key === "?") return "shortcuts";
  return isAfterG && key === "i" ? "inbox" : null;
}

function isPlain(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const { target } = event;
  const isText =
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input, textarea, select, [role=menu] *, .xterm *"));
  return !isText && document.querySelector("dialog[open]") === null;
}
