// Keys that do not go to the shell: those that copy, paste, and lead out of the terminal.
import type { Terminal } from "@xterm/xterm";

/** For `attachCustomKeyEventHandler`: whether xterm, and with it the shell, gets the key. */
export function createKeyFilter(screen: Pick<Terminal, "hasSelection">): (event: KeyboardEvent) => boolean {
  let isLeaving = false;
  return (event) => {
    if (event.type !== "keydown") return true;
    const { key, ctrlKey, altKey, metaKey } = event;
    const isPlain = !ctrlKey && !altKey && !metaKey;
    // Escape reaches the shell all the same; the Tab behind it moves the focus, as in any other box.
    const leaves = key === "Tab" && isPlain && isLeaving;
    if (key !== "Shift") isLeaving = key === "Escape" && isPlain;
    if (leaves) return false;
    // The browser copies, or pastes by an event of its own. Without a selection Ctrl-C is the shell's.
    if (ctrlKey && !altKey && key.toLowerCase() === "c") return !screen.hasSelection();
    if (ctrlKey && !altKey && key.toLowerCase() === "v") return false;
    return true;
  };
}
