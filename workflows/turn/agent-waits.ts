// How a turn waits for its subagents (SPEC G3): nothing runs and nothing beats. One timer holds for all waits of a step, and one
// look for each signal.
import { CancellationScope, condition, proxyLocalActivities, sleep } from "@temporalio/workflow";
import type { LocalActivities, TurnRef } from "../../activities/contract.ts";
import { transitionOptions } from "../activity-options.ts";
import type { Heard } from "./heard.ts";

const local = proxyLocalActivities<LocalActivities>(transitionOptions);

/** The database's clock decides about deadlines: a timer that is early by a little must not turn round and round. */
const lookAgainMinMs = 200;

/** `left`: another build of the worker is to wait on. */
export type WaitEnd = "over" | "left";

export interface NewWait {
  readonly tool_call_id: string;
  /** The subagent. */
  readonly awaits_chat_id: string;
  readonly left_ms: number;
  /** Signals heard when the call was begun: one that came since is looked after at once. */
  readonly seen: number;
}

export interface AgentWaits {
  /** Resolves when the call has its result, or needs none any more. Rejects only with a bug. */
  until(wait: NewWait): Promise<WaitEnd>;
}

interface Wait {
  readonly awaits_chat_id: string;
  seen: number;
  /** By the workflow's clock. */
  until: number;
  readonly end: (end: WaitEnd) => void;
}

export interface AgentWaitsInput {
  readonly turn: TurnRef;
  readonly heard: Heard;
  /** Tells people for which chats the turn waits. */
  readonly show: (chatIds: readonly string[]) => void;
}

export function createAgentWaits({ turn, heard, show }: AgentWaitsInput): AgentWaits {
  const waits = new Map<string, Wait>();
  const alarm = createAlarm();
  let looks: Promise<void> | null = null;
  const rearm = () => {
    const open = [...waits.values()];
    if (open.length === 0) return;
    alarm.setAtLatest(Math.min(...open.map(({ until }) => until)));
    show(open.map(({ awaits_chat_id }) => awaits_chat_id));
  };
  const lookAfter = async () => {
    try {
      while (waits.size > 0) {
        await untilNews(heard, waits, alarm);
        await lookOnce(turn, heard, waits);
        rearm();
      }
    } finally {
      alarm.stop();
      waits.clear();
      show([]);
      looks = null;
    }
  };
  return {
    async until({ tool_call_id, left_ms, ...wait }) {
      const ended = new Promise<WaitEnd>((end) => {
        waits.set(tool_call_id, { ...wait, until: Date.now() + left_ms, end });
      });
      rearm();
      looks ??= lookAfter();
      return Promise.race([ended, looks.then(() => ended)]);
    },
  };
}

/** A signal, a stop, another build, or the end of the time of some wait. */
function untilNews(heard: Heard, waits: ReadonlyMap<string, Wait>, alarm: Alarm): Promise<void> {
  return condition(
    () =>
      heard.stop ||
      heard.drained ||
      alarm.rings() ||
      [...waits.values()].some(({ seen }) => seen !== heard.count),
  );
}

/** Ends the waits that are over. Those that begin meanwhile are left to the next look. */
async function lookOnce(turn: TurnRef, heard: Heard, waits: Map<string, Wait>): Promise<void> {
  // An interrupt comes first: it is quick, and the turn ends here.
  if (heard.stop) return endAll(waits, "over");
  if (heard.drained) return endAll(waits, "left");
  const seen = heard.count;
  const asked = [...waits];
  const tool_call_ids = asked.map(([id]) => id);
  const { waiting } = await local.lookAtAgents({ ...turn, tool_call_ids });
  const left = new Map(waiting.map(({ tool_call_id, left_ms }) => [tool_call_id, left_ms]));
  for (const [id, wait] of asked) {
    const left_ms = left.get(id);
    if (left_ms !== undefined) {
      Object.assign(wait, { seen, until: Date.now() + left_ms });
      continue;
    }
    waits.delete(id);
    wait.end("over");
  }
}

function endAll(waits: Map<string, Wait>, end: WaitEnd): void {
  for (const wait of waits.values()) wait.end(end);
  waits.clear();
}

/** One timer, started anew only where it would ring too late: each start and each cancel of a timer costs an event. */
interface Alarm {
  /** @param at by the workflow's clock */
  setAtLatest(at: number): void;
  rings(): boolean;
  stop(): void;
}

function createAlarm(): Alarm {
  let timer: { readonly at: number; readonly scope: CancellationScope } | null = null;
  let hasRung = false;
  const stop = () => {
    timer?.scope.cancel();
    timer = null;
    hasRung = false;
  };
  return {
    stop,
    rings: () => hasRung,
    setAtLatest(wanted) {
      const at = Math.max(wanted, Date.now() + lookAgainMinMs);
      if (timer !== null && !hasRung && timer.at <= at) return;
      stop();
      const scope = new CancellationScope();
      timer = { at, scope };
      const summary = "until the time of a wait is over";
      scope
        .run(() => sleep(at - Date.now(), { summary }))
        .then(
          () => {
            hasRung = true;
          },
          () => undefined,
        );
    },
  };
}
