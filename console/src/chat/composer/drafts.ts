// Keeps what was typed but not sent, for each chat, and what was sent, for the arrow up. In the browser's own store, and bounded.

export interface TextStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** Chats whose drafts are kept: the newest. */
const draftsMax = 50;
const draftCharsMax = 100_000;
const historyMax = 50;
const historyCharsMax = 4_000;
const DRAFTS = "everturn.drafts";
const HISTORY = "everturn.sent";

type Pair = readonly [chat: string, text: string];

/** Tells when another tab has changed a draft. Returns what ends that. */
export function onDraftElsewhere(tell: () => void): () => void {
  const look = ({ key }: StorageEvent): void => {
    if (key === DRAFTS || key === null) tell();
  };
  window.addEventListener("storage", look);
  return () => window.removeEventListener("storage", look);
}

/** @param chat its id, or `new` */
export function readDraft(store: TextStore, chat: string): string {
  return read(store, DRAFTS).find(([id]) => id === chat)?.[1] ?? "";
}

/** An empty text forgets the draft. */
export function keepDraft(store: TextStore, chat: string, text: string): void {
  const others = read(store, DRAFTS).filter(([id]) => id !== chat);
  const kept: readonly Pair[] =
    text.trim() === "" ? others : [[chat, text.slice(0, draftCharsMax)], ...others];
  write(store, DRAFTS, kept.slice(0, draftsMax));
}

/** What was sent before, newest first. */
export function sentBefore(store: TextStore): readonly string[] {
  return read(store, HISTORY).map(([, text]) => text);
}

export function keepSent(store: TextStore, text: string): void {
  if (text.trim() === "" || text.length > historyCharsMax) return;
  const others = read(store, HISTORY).filter(([, old]) => old !== text);
  write(store, HISTORY, [["", text] as Pair, ...others].slice(0, historyMax));
}

/** The store is the person's to change: whatever is not ours is dropped. */
function read(store: TextStore, key: string): readonly Pair[] {
  try {
    const value: unknown = JSON.parse(store.getItem(key) ?? "[]");
    return Array.isArray(value) ? value.filter(isPair) : [];
  } catch {
    return [];
  }
}

function isPair(value: unknown): value is Pair {
  return Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === "string");
}

function write(store: TextStore, key: string, pairs: readonly Pair[]): void {
  try {
    store.setItem(key, JSON.stringify(pairs));
  } catch {
    // The store is full or forbidden: the text stays on the page alone.
  }
}
