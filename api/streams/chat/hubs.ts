// The hubs of this replica.
import { Watches } from "../watches.ts";
import { ChatHub, type HubDeps } from "./chat-hub.ts";
import { defaultHubTiming, type HubTiming } from "./hub-timing.ts";
import { createVersionLook } from "./version-look.ts";

export interface HubsInput extends Omit<HubDeps, "timing" | "lookAtVersion"> {
  /** Set by tests. */
  readonly timing?: Partial<HubTiming>;
  readonly lingerMs?: number;
}

export class Hubs extends Watches<string, ChatHub> {
  #looks = 0;

  constructor(input: HubsInput) {
    const timing = { ...defaultHubTiming(() => this.activeCount), ...input.timing };
    const readEpisodes: HubDeps["readEpisodes"] = (chatId, lastSeqOf) => {
      this.#looks += 1;
      return input.readEpisodes(chatId, lastSeqOf);
    };
    const deps = { ...input, readEpisodes, timing, lookAtVersion: createVersionLook(input.db) };
    super({
      nameOf: (chatId) => chatId,
      open: (chatId) => new ChatHub(chatId, deps),
      lingerMs: input.lingerMs,
    });
  }

  /** Looks at checkpoints so far. Each is a call of Temporal, shared by all readers; there are none while live parts arrive. */
  get looks(): number {
    return this.#looks;
  }

  /** Hubs whose chat runs. */
  get activeCount(): number {
    return this.all().filter(({ model }) => model.active).length;
  }
}
