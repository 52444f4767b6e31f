// The person who watches the demo in a browser: opens the console for them, waits until a page shows the chat, and says where to look.
import { setTimeout as delay } from "node:timers/promises";
import { createKeyPresses, type KeyPresses } from "./key-presses.ts";
import type { Narrator } from "./narrator.ts";
import { type Doorway, findOpener, openBrowser, openDoorway } from "./open-browser.ts";

/** Without a terminal nobody can press a key: then the demo goes on, since a log is read later. */
const PAGE_MAX_MS = 60_000;
/** The person has found the console by then, and only needs a click. */
const NEXT_PAGE_MAX_MS = 20_000;
const LOOK_EVERY_MS = 250;
const DECISION_MAX_MS = 25_000;

export interface Audience {
  /** Resolves when a page shows the chat, which is still empty, when Enter is pressed, or when nobody came in time. */
  comeTo(chat: { readonly id: string; readonly title: string }): Promise<void>;
  /** Says what is to be seen, and leaves time to read it. */
  look(words: string): Promise<void>;
  /** Lets the person decide something in the page. False: nobody did in time. */
  decide(words: string, isDecided: () => boolean): Promise<boolean>;
  /** Keeps everything open until the person has seen enough. */
  stay(words: string): Promise<void>;
  close(): void;
}

export interface AudienceInput {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly narrator: Narrator;
  /** How long each caption stands before its scene begins. */
  readonly pauseMs: number;
  /** Whether a browser is opened where there is one. */
  readonly opens: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly input: NodeJS.ReadStream;
}

export function createAudience(input: AudienceInput): Audience {
  const { apiUrl, apiKey, narrator, pauseMs } = input;
  const opener = input.opens ? findOpener(input.env) : null;
  const keys = createKeyPresses(input.input);
  let doorway: Doorway | null = null;
  /** Null: nobody has been asked to come. */
  let isThere: boolean | null = null;

  const comeFirst = async (id: string, hasCome: () => Promise<boolean>) => {
    const page = signInAddress(apiUrl, apiKey, id);
    if (opener !== null) {
      doorway = await openDoorway(page);
      const isOpen = await openBrowser(opener, doorway.url);
      if (isOpen) narrator.line("Page", "Your browser opens the console: press “Sign in” there.");
    }
    narrator.line("Page", opener === null ? "Open this address in a browser:" : "Its address:");
    // Alone in its line, so that it can be copied: it may be wider than the others.
    narrator.title(page);
    const limit = keys.isPerson ? null : PAGE_MAX_MS;
    if (limit === null)
      narrator.line("Page", "The demo begins when the page shows the chat. Enter begins without it.");
    isThere = await waitFor(hasCome, limit, keys);
    narrator.line("Page", isThere ? "It is there. Put it beside this terminal." : "Nobody watches.");
  };
  const comeAgain = async (id: string, title: string, hasCome: () => Promise<boolean>) => {
    if (opener !== null) await openBrowser(opener, `${apiUrl}/chats/${id}`);
    const opened = opener === null ? "Choose" : "Another tab opens. If not, choose";
    narrator.line("Page", `${opened} “${title}” at the top of the list on the left.`);
    await waitFor(hasCome, NEXT_PAGE_MAX_MS, keys);
  };
  return {
    async comeTo({ id, title }) {
      const before = await watchedChats(apiUrl, apiKey);
      const hasCome = async () => (await watchedChats(apiUrl, apiKey)) > before;
      if (isThere === null) await comeFirst(id, hasCome);
      else if (isThere) await comeAgain(id, title, hasCome);
    },
    async look(words) {
      narrator.line("Look", words);
      await waitFor(never, pauseMs, keys);
    },
    async decide(words, isDecided) {
      if (isThere !== true) return false;
      narrator.line("Look", words);
      return waitFor(async () => isDecided(), DECISION_MAX_MS, keys);
    },
    async stay(words) {
      if (!keys.isPerson) return;
      narrator.title(words);
      await waitFor(never, null, keys);
    },
    close() {
      doorway?.close();
      keys.close();
    },
  };
}

async function never(): Promise<boolean> {
  return false;
}

/** Leads to the chat once the person has signed in. The key stands behind `#`, which browsers send nowhere. */
function signInAddress(apiUrl: string, apiKey: string, chatId: string): string {
  return `${apiUrl}/sign-in?to=/chats/${chatId}#${apiKey}`;
}

/** True: it holds. False: Enter was pressed, or the time is over. */
async function waitFor(
  holds: () => Promise<boolean>,
  limitMs: number | null,
  keys: KeyPresses,
): Promise<boolean> {
  const ended = new AbortController();
  let isOver = false;
  void keys.next(ended.signal).then(() => (isOver = true));
  const deadline = limitMs === null ? Number.POSITIVE_INFINITY : performance.now() + limitMs;
  try {
    for (;;) {
      if (await holds()) return true;
      const leftMs = deadline - performance.now();
      if (isOver || leftMs <= 0) return false;
      await delay(Math.min(LOOK_EVERY_MS, leftMs));
    }
  } finally {
    ended.abort();
  }
}

/** How many chats somebody watches: a page that opens a chat which nobody else follows raises it. */
async function watchedChats(apiUrl: string, apiKey: string): Promise<number> {
  const response = await fetch(`${apiUrl}/metrics`, { headers: { authorization: `Bearer ${apiKey}` } });
  if (!response.ok) throw new Error(`GET /metrics answered ${response.status}`);
  const found = /^everturn_streams\{[^}]*what="hubs"[^}]*\} (\d+)/m.exec(await response.text());
  if (found === null) throw new Error("GET /metrics does not say how many chats are watched");
  return Number(found[1]);
}
