// What the demo's scenes play on.
import type { Message } from "../../core/chat/message.ts";
import type { ChatFollower } from "./follow-chat.ts";
import type { Narrator } from "./narrator.ts";
import type { Rest } from "./rest.ts";
import { textInProgress, type Voices } from "./tell-chat.ts";

/** Long enough to be in the middle of something, short enough that most of it is still to come. */
const CHARS_BEFORE_ACTING = 60;
const WORKER_LOOK_EVERY_MS = 20;
const WORKER_BACK_WITHIN_MS = 30_000;

export interface Stage {
  readonly rest: Rest;
  readonly narrator: Narrator;
  readonly follower: ChatFollower;
  readonly chatId: string;
  readonly isDemoModel: boolean;
  /**
   * Follows a chat that the scene has brought about. At the end of the scene it is held against the store, too.
   * @param voices what the lines about it begin with; null: it is not told
   */
  follow(chatId: string, voices: Voices | null): ChatFollower;
  workerPid(): number | undefined;
  /** Lets a person who watches decide something. False: nobody watches, or nobody did it in time. */
  decide(words: string, isDecided: () => boolean): Promise<boolean>;
  /** Notes what is not as it should be. */
  expect(holds: boolean, words: string): void;
}

export interface Scene {
  readonly title: string;
  /** What a person who watches in the console should look at. */
  readonly look: string;
  /** If set, the scene has its own chat, without the project folder. If "before", it has that of the scene before. */
  readonly opening?: Opening | "before";
  /** The scene needs a model that does what it is told, word for word. */
  readonly needsDemoModel?: true;
  play(stage: Stage): Promise<void>;
}

export interface Opening {
  readonly title: string;
  /** The first message. */
  readonly content: string;
  /** The chat has the tools of the MCP server that comes with the demo model. */
  readonly hasFerryDesk?: true;
}

/** Waits until the turn has its last answer and the chat is at rest. */
export async function settled(stage: Stage, turn: number, follower = stage.follower): Promise<void> {
  await follower.until("the chat is at rest", ({ status, messages, caught_up }) => {
    if (!caught_up || (status !== "waiting" && status !== "error")) return false;
    const last = messages.at(-1);
    return last?.role === "assistant" && last.turn_id === turn && last.finish_reason !== "tool_calls";
  });
  const { status, error } = follower.view;
  stage.expect(status === "waiting", `the turn ended in an error: ${error?.message ?? "no words"}`);
}

export function newestTurn({ follower }: Stage): number {
  return follower.view.messages.at(-1)?.turn_id ?? 0;
}

/** Sends a message to a chat at rest. Returns the id of the turn that it starts. */
export async function say(stage: Stage, content: string, chatId = stage.chatId): Promise<number> {
  const { messages } = await stage.rest.send(chatId, content);
  const turn = messages.at(-1)?.id;
  if (turn === undefined) throw new Error(`“${content}” began no turn`);
  return turn;
}

export async function untilWriting(follower: ChatFollower, chars = CHARS_BEFORE_ACTING): Promise<void> {
  await follower.until("the answer has begun", ({ previews }) => {
    return textInProgress(previews.get("")).length >= chars;
  });
}

/** The last answer of the turn, as far as it is committed. */
export function answerOf({ view }: ChatFollower, turn: number): Message | undefined {
  return view.messages.findLast(({ role, turn_id }) => role === "assistant" && turn_id === turn);
}

export type ToolResult = Extract<Message["content"][number], { readonly type: "tool-result" }>;

/** Results of tools, oldest first; with a name, of this tool alone. */
export function resultsIn(messages: readonly Message[], name?: string): readonly ToolResult[] {
  const results = messages.flatMap(({ content }) => content.filter((part) => part.type === "tool-result"));
  return name === undefined ? results : results.filter(({ tool_name }) => tool_name === name);
}

/** What the demo model answers when it is asked to count. */
export function countTo(last: number): string {
  return Array.from({ length: last }, (_, index) => index + 1).join(" ");
}

/** Kills the worker and waits for the next one. Returns when it was killed. */
export async function killWorker(stage: Stage): Promise<number> {
  const { narrator } = stage;
  const killedPid = stage.workerPid();
  if (killedPid === undefined) throw new Error("the stack names no worker process to kill");
  const killedAtMs = performance.now();
  process.kill(killedPid, "SIGKILL");
  narrator.line("Crash", `kill -9 ${killedPid}: the worker is gone`);
  const pid = await newWorker(stage, killedPid);
  narrator.line("Worker", `process ${pid}, started by the supervisor ${elapsed(killedAtMs)} later`);
  return killedAtMs;
}

async function newWorker(stage: Stage, killedPid: number): Promise<number> {
  const deadlineMs = performance.now() + WORKER_BACK_WITHIN_MS;
  for (;;) {
    const pid = stage.workerPid();
    if (pid !== undefined && pid !== killedPid) return pid;
    if (performance.now() > deadlineMs) throw new Error("no worker was started in place of the killed one");
    await new Promise((resolve) => setTimeout(resolve, WORKER_LOOK_EVERY_MS));
  }
}

export function elapsed(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1_000).toFixed(1)} s`;
}
