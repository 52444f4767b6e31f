// The chats of one demo: opens them for the scenes, follows them, and holds what was streamed of them against what is stored.
import type { Chat } from "../../core/chat/message.ts";
import type { Audience } from "./audience.ts";
import { differences } from "./check-stored.ts";
import { type ChatFollower, followChat } from "./follow-chat.ts";
import type { Narrator } from "./narrator.ts";
import type { DemoStack } from "./open-stack.ts";
import { createRest, type NewChat, type Rest } from "./rest.ts";
import { FERRY_DESK } from "./scene-ferry.ts";
import type { Scene, Stage } from "./stage.ts";
import { createTeller, type Voices } from "./tell-chat.ts";

/** The chat of all scenes that have none of their own. */
export interface FirstChat {
  readonly title: string;
  /** The first message, so that the first scene runs at once. */
  readonly content: string;
  readonly project_path: string;
}

export interface DemoChatsInput {
  readonly stack: DemoStack;
  readonly narrator: Narrator;
  readonly firstChat: FirstChat;
  /** Null: nobody watches in a browser, so the terminal tells everything. */
  readonly audience: Audience | null;
}

type Opened = NewChat & { readonly content: string };

export class DemoChats {
  /** What did not hold so far. */
  readonly faults: string[] = [];
  /** The chat of all scenes that have none of their own. */
  first: Chat | null = null;
  readonly #stack: DemoStack;
  readonly #narrator: Narrator;
  readonly #audience: Audience | null;
  readonly #firstChat: FirstChat;
  readonly #rest: Rest;
  readonly #followers = new Map<string, ChatFollower>();
  #firstStage: Stage | null = null;
  #stage: Stage | null = null;
  /** Ids of the chats that the scene has changed. */
  readonly #touched = new Set<string>();
  #ferryDeskId: string | null = null;

  constructor({ stack, narrator, firstChat, audience }: DemoChatsInput) {
    this.#stack = stack;
    this.#narrator = narrator;
    this.#firstChat = firstChat;
    this.#audience = audience;
    this.#rest = createRest(stack.apiUrl, stack.apiKey);
  }

  /** Parts received so far. */
  get parts(): number {
    return this.#sum(({ parts }) => parts);
  }

  /** Messages shown at the moment. */
  get messages(): number {
    return this.#sum(({ view }) => view.messages.length);
  }

  /** The chat that the scene plays in. With a new one, its first message is on its way. */
  async stageFor({ opening, look }: Scene): Promise<Stage> {
    const opened = await this.#chatToOpen(opening);
    if (opened !== null) this.#stage = await this.#open(opened);
    else if (opening === undefined) this.#stage = this.#firstStage;
    if (this.#stage === null) throw new Error("no chat is open to play in");
    this.#firstStage ??= this.#stage;
    this.#touched.clear();
    this.#touched.add(this.#stage.chatId);
    await this.#audience?.look(look);
    if (opened !== null && this.#audience !== null) await this.#begin(this.#stage, opened.content);
    return this.#stage;
  }

  /** Null: the scene plays in one that is open. */
  async #chatToOpen(opening: Scene["opening"]): Promise<Opened | null> {
    if (opening === "before") return null;
    if (opening === undefined) return this.#firstStage === null ? this.#firstChat : null;
    const { title, content, hasFerryDesk } = opening;
    return { title, content, ...(hasFerryDesk && { mcp_server_ids: [await this.#ferryDesk()] }) };
  }

  /** Where somebody watches, the chat is empty until they see it. */
  async #open({ content, ...chat }: Opened): Promise<Stage> {
    const created = await this.#rest.createChat(this.#audience === null ? { content, ...chat } : chat);
    this.first ??= created;
    await this.#audience?.comeTo({ id: created.id, title: chat.title });
    return this.#stageOf(created.id);
  }

  async #begin({ follower, chatId }: Stage, content: string): Promise<void> {
    const { messages } = await this.#rest.send(chatId, content);
    const first = messages.at(-1)?.id;
    await follower.until("the first message is shown", (view) =>
      view.messages.some(({ id }) => id === first),
    );
  }

  /** Checks the chats of the scene that was played last. */
  async check(number: number): Promise<void> {
    let count = 0;
    const found: string[] = [];
    for (const chatId of this.#touched) {
      const follower = this.#followers.get(chatId);
      if (follower === undefined) continue;
      const [messages, { status }] = await Promise.all([
        this.#rest.messages(chatId),
        this.#rest.chat(chatId),
      ]);
      found.push(...differences(follower, { messages, status }));
      count += messages.length;
    }
    const chats = this.#touched.size === 1 ? "" : ` in ${this.#touched.size} chats`;
    this.#narrator.line(
      "Check",
      found.length === 0 ? `stored = streamed, ${count} messages${chats}` : found.join("; "),
    );
    this.faults.push(...found.map((fault) => `scene ${number}: ${fault}`));
  }

  async close(): Promise<void> {
    for (const follower of this.#followers.values()) follower.close();
    // A server that stays does no harm, and the next demo replaces it.
    if (this.#ferryDeskId !== null)
      await this.#rest.deleteMcpServer(this.#ferryDeskId).catch(() => undefined);
  }

  #stageOf(chatId: string): Stage {
    return {
      rest: this.#rest,
      narrator: this.#narrator,
      follower: this.#follow(chatId, { user: "You", model: "Model" }),
      chatId,
      isDemoModel: this.#stack.isDemoModel,
      follow: (other, voices) => this.#follow(other, voices),
      workerPid: () => this.#stack.workerPid(),
      decide: async (words, isDecided) => (await this.#audience?.decide(words, isDecided)) ?? false,
      expect: (holds, words) => {
        if (!holds) this.faults.push(words);
      },
    };
  }

  #follow(chatId: string, voices: Voices | null): ChatFollower {
    const { apiUrl, apiKey } = this.#stack;
    const isTold = voices !== null && this.#audience === null;
    const onChange = isTold ? createTeller(this.#narrator, voices) : () => undefined;
    const follower = followChat({ apiUrl, apiKey, chatId, onChange });
    this.#followers.set(chatId, follower);
    this.#touched.add(chatId);
    return follower;
  }

  async #ferryDesk(): Promise<string> {
    const url = this.#stack.ferryDeskUrl;
    if (url === undefined) throw new Error("the ferry desk comes with the demo model");
    return (this.#ferryDeskId ??= await this.#rest.addMcpServer({ ...FERRY_DESK, url }));
  }

  #sum(of: (follower: ChatFollower) => number): number {
    return [...this.#followers.values()].reduce((sum, follower) => sum + of(follower), 0);
  }
}
