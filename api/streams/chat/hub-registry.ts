// The API speaks HTTP and the store; this file: the hubs of this replica, made for the first reader of a chat and let go a
// while after the last.
import { Refusal } from "../../../core/chat/refusal.ts";
import type { Leaving } from "../open-stream.ts";
import { createVersionLook } from "../version-look.ts";
import { ChatHub, type HubDeps } from "./chat-hub.ts";
import { defaultHubTiming, type HubTiming } from "./hub-timing.ts";

/** A reload of the page, or a reader that comes back, finds the hub still there. */
const lingerDefaultMs = 5_000;

export interface HubRegistryInput extends Omit<HubDeps, "timing" | "lookAtVersion"> {
  /** Set by tests; else the product's own. */
  readonly timing?: Partial<HubTiming>;
  readonly lingerMs?: number;
}

export interface HeldHub {
  readonly hub: ChatHub;
  /** Whether it was made for this call, so that its first read is new enough. */
  readonly isNew: boolean;
}

interface Kept {
  readonly hub: ChatHub;
  holders: number;
  linger: NodeJS.Timeout | undefined;
}

export class HubRegistry {
  readonly #deps: HubDeps;
  readonly #kept = new Map<string, Kept>();
  readonly #lingerMs: number;
  #looks = 0;
  #closed = false;

  constructor(input: HubRegistryInput) {
    this.#lingerMs = input.lingerMs ?? lingerDefaultMs;
    const timing = { ...defaultHubTiming(() => this.counts().active), ...input.timing };
    const readEpisodes: HubDeps["readEpisodes"] = (chatId, lastSeqOf) => {
      this.#looks += 1;
      return input.readEpisodes(chatId, lastSeqOf);
    };
    this.#deps = { ...input, readEpisodes, timing, lookAtVersion: createVersionLook(input.db) };
  }

  /** Looks at checkpoints so far, each a call of Temporal: none of a reader's own, and none while live parts flow. */
  get looks(): number {
    return this.#looks;
  }

  /** The hub of a chat, kept until its reader has left. Throws `Refusal` `draining` once closed. */
  hold(chatId: string, reader: Leaving): HeldHub {
    if (this.#closed) throw new Refusal("draining");
    const found = this.#kept.get(chatId);
    const alive = found !== undefined && found.hub.ended === null ? found : null;
    const kept = alive ?? this.#make(chatId);
    kept.holders += 1;
    clearTimeout(kept.linger);
    reader.onLeft(() => this.#release(chatId, kept));
    return { hub: kept.hub, isNew: alive === null };
  }

  /** For metrics: hubs, those whose chat runs, and readers. */
  counts(): { readonly hubs: number; readonly active: number; readonly readers: number } {
    let active = 0;
    let readers = 0;
    for (const { hub } of this.#kept.values()) {
      if (hub.model.active) active += 1;
      readers += hub.readerCount;
    }
    return { hubs: this.#kept.size, active, readers };
  }

  /** Sends all readers away, to come back elsewhere; none is taken from now on. */
  close(): void {
    this.#closed = true;
    for (const { hub, linger } of this.#kept.values()) {
      clearTimeout(linger);
      hub.close("retry");
    }
    this.#kept.clear();
  }

  #make(chatId: string): Kept {
    const kept: Kept = { hub: new ChatHub(chatId, this.#deps), holders: 0, linger: undefined };
    this.#kept.set(chatId, kept);
    return kept;
  }

  #release(chatId: string, kept: Kept): void {
    kept.holders -= 1;
    if (kept.holders > 0) return;
    const forget = () => {
      kept.hub.close("retry");
      if (this.#kept.get(chatId) === kept) this.#kept.delete(chatId);
    };
    if (this.#closed || kept.hub.ended !== null) return forget();
    kept.linger = setTimeout(forget, this.#lingerMs);
    // A process that wants to end does not wait for hubs nobody reads.
    kept.linger.unref();
  }
}
