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

/** Gives what the box holds now, from what it held. */
type Change = (shown: string) => string;

const composers = new Set<(chat: string, change: Change) => void>();

/** Tells when the draft of this chat is changed by somebody else than its box: in another tab, or by `putBack`. Returns what ends that. */
export function onDraftElsewhere(chat: string, tell: (change: Change) => void): () => void {
  const look = ({ key, oldValue, newValue }: StorageEvent): void => {
    if (key !== DRAFTS) return;
    // The drafts of all chats stand together: whoever types in another chat changes nothing here.
    const text = draftIn(newValue, chat);
    if (text !== draftIn(oldValue, chat)) tell(() => text);
  };
  const hear = (of: string, change: Change): void => {
    if (of === chat) tell(change);
  };
  window.addEventListener("storage", look);
  composers.add(hear);
  return () => {
    window.removeEventListener("storage", look);
    composers.delete(hear);
  };
}

/** @param chat its id, or `new` */
export function readDraft(store: TextStore, chat: string): string {
  return draftIn(store.getItem(DRAFTS), chat);
}

/** An empty text forgets the draft, and so does one that is too long: half of it would look like all of it. */
export function keepDraft(store: TextStore, chat: string, text: string): void {
  const others = read(store, DRAFTS).filter(([id]) => id !== chat);
  const isKept = text.trim() !== "" && text.length <= draftCharsMax;
  const kept: readonly Pair[] = isKept ? [[chat, text], ...others] : others;
  write(store, DRAFTS, kept.slice(0, draftsMax));
}

/** Puts a text above the draft of a chat, also where the page shows that chat now. */
export function putBack(store: TextStore, chat: string, text: string): void {
  const above: Change = (typed) => (typed === "" ? text : `${text}\n${typed}`);
  keepDraft(store, chat, above(readDraft(store, chat)));
  for (const hear of composers) hear(chat, above);
}

/** What was typed for a new chat while it was being made is the draft of that chat. */
export function moveDraft(store: TextStore, from: string, to: string): void {
  const text = readDraft(store, from);
  if (text === "") return;
  keepDraft(store, from, "");
  keepDraft(store, to, text);
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

function draftIn(kept: string | null, chat: string): string {
  return parsed(kept).find(([id]) => id === chat)?.[1] ?? "";
}

function read(store: TextStore, key: string): readonly Pair[] {
  return parsed(store.getItem(key));
}

/** The store is the person's to change: whatever is not ours is dropped. */
function parsed(kept: string | null): readonly Pair[] {
  try {
    const value: unknown = JSON.parse(kept ?? "[]");
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
