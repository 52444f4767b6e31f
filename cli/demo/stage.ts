// What the demo's scenes play on.
import type { ChatFollower } from "./follow-chat.ts";
import type { Narrator } from "./narrator.ts";
import type { Rest } from "./rest.ts";

const WORKER_LOOK_EVERY_MS = 20;
const WORKER_BACK_WITHIN_MS = 30_000;

export interface Stage {
  readonly rest: Rest;
  readonly narrator: Narrator;
  readonly follower: ChatFollower;
  readonly chatId: string;
  readonly isDemoModel: boolean;
  workerPid(): number | undefined;
  /** Notes what is not as it should be. */
  expect(holds: boolean, words: string): void;
}

export interface Scene {
  readonly title: string;
  /** If set, the scene has its own chat, without the project folder, which starts with this message. */
  readonly opening?: string;
  play(stage: Stage): Promise<void>;
}

/** Waits until the turn has its last answer and the chat is at rest. */
export async function settled(stage: Stage, turn: number): Promise<void> {
  await stage.follower.until("the chat is at rest", ({ status, messages, caught_up }) => {
    if (!caught_up || (status !== "waiting" && status !== "error")) return false;
    const last = messages.at(-1);
    return last?.role === "assistant" && last.turn_id === turn && last.finish_reason !== "tool_calls";
  });
  const { status, error } = stage.follower.view;
  stage.expect(status === "waiting", `the turn ended in an error: ${error?.message ?? "no words"}`);
}

export function newestTurn({ follower }: Stage): number {
  return follower.view.messages.at(-1)?.turn_id ?? 0;
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
