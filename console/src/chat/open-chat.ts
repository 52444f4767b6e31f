// The chat that the page shows, for all components below it: where it is, and what can be done with it.
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Chat, Everturn, RequiredToolCall } from "../../../client/index.ts";

export interface OpenChat {
  readonly client: Everturn;
  readonly chat_id: string;
  /** Makes a change, and says on the page what went wrong if it does. Gives whether it was made. */
  readonly act: (what: string, change: () => Promise<unknown>) => Promise<boolean>;
}

const none: OpenChat | null = null;
export const OpenChatContext = createContext(none as OpenChat | null);

export function useOpenChat(): OpenChat {
  const open = useContext(OpenChatContext);
  if (open === null) throw new Error("This component belongs into an open chat.");
  return open;
}

/** What the cards of a chat want to know of it beside their own items. It changes seldom. */
export interface ChatFacts {
  readonly chat: Chat | null;
  readonly is_busy: boolean;
  /** Why nothing can be written here; null: it can. What is somebody else's cannot be changed in any other way either. */
  readonly closed: "archived" | "shared" | null;
  /** Calls that wait for a person. */
  readonly asked: ReadonlyMap<string, RequiredToolCall>;
  readonly history_version: number;
}

/**
 * Facts as their readers follow them. A chat has thousands of readers and each wants one thing: a context would render all of them
 * anew whenever a turn begins or ends.
 */
export class ChatFactsSource {
  #facts: ChatFacts;
  readonly #readers = new Set<() => void>();

  constructor(facts: ChatFacts) {
    this.#facts = facts;
  }

  get facts(): ChatFacts {
    return this.#facts;
  }

  set(facts: ChatFacts): void {
    if (facts === this.#facts) return;
    this.#facts = facts;
    this.#readers.forEach((reader) => reader());
  }

  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    return () => {
      this.#readers.delete(reader);
    };
  };
}

export const ChatFactsContext = createContext(
  new ChatFactsSource({ chat: null, is_busy: false, closed: null, asked: new Map(), history_version: 0 }),
);

/** Renders the component anew only when what is selected is another value: select what is compared by identity. */
export function useChatFact<Selected>(select: (facts: ChatFacts) => Selected): Selected {
  const source = useContext(ChatFactsContext);
  return useSyncExternalStore(source.subscribe, () => select(source.facts));
}
