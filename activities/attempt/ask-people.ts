// What a running tool call asks people: kept with the call before anything else happens, and waited for where the call holds a
// connection open meanwhile.
import { setTimeout as sleep } from "node:timers/promises";
import { heldQuestionMs } from "../../core/chat/limits.ts";
import type { LiveBus } from "../../core/stream/bus-message.ts";
import { type CallQuestions, isOpen, type ToolQuestions } from "../../core/tool/question.ts";
import type { Store } from "../../store/store.ts";
import type { CallRef } from "../../store/turn/agents/once-for-call.ts";
import {
  type AskQuestionsInput,
  askQuestions,
  endQuestions,
  readQuestions,
} from "../../store/turn/calls/ask-questions.ts";
import { inUnit } from "../../store/unit.ts";
import type { HeldAnswer, HeldQuestion } from "../../tools/tool.ts";
import { patiently } from "./patiently.ts";

export interface AskPeopleDeps {
  readonly store: Store;
  readonly bus: LiveBus;
  /** Aborted when this worker is told to end. */
  readonly shutdown: AbortSignal;
  /** How often a wait looks at the database, beside what the bus tells. */
  readonly checkpointMs: number;
}

export interface AskingCall {
  readonly ref: CallRef;
  /** Of the claim. */
  readonly scheduled_ms: number;
  /** Claims of the call so far. */
  readonly attempts: number;
  /** Aborted: the call stops. */
  readonly signal: AbortSignal;
}

export interface AskPeople {
  /** Waits for the answer, at most `heldQuestionMs`. Never rejects while the call goes on. */
  ask(asked: HeldQuestion): Promise<HeldAnswer>;
  /** Keeps questions whose answers another call brings. False: the turn has ended, and nobody is asked. */
  keep(asked: ToolQuestions): Promise<boolean>;
  /** Ends what is still asked. The call must not end before. */
  close(): Promise<void>;
}

export function createAskPeople(deps: AskPeopleDeps, call: AskingCall): AskPeople {
  const closed = new AbortController();
  const pending = new Set<Promise<HeldAnswer>>();
  let count = 0;
  const register = (asked: Omit<AskQuestionsInput, "call" | "scheduled_ms" | "key">) => {
    count++;
    const { ref, scheduled_ms, attempts } = call;
    const input = { ...asked, call: ref, scheduled_ms, key: `${attempts}.${count}` };
    return patiently(
      deps.shutdown,
      async () => (await inUnit(deps.store, (unit) => askQuestions(unit, input))).result,
    );
  };
  const askOne = async ({ asked_by, question, signal }: HeldQuestion): Promise<HeldAnswer> => {
    const ids = await register({ asked_by, questions: [question], resume: null, held_ms: heldQuestionMs });
    const id = ids?.[0];
    if (id === undefined) return OVER;
    const until = AbortSignal.any([signal, call.signal, closed.signal, AbortSignal.timeout(heldQuestionMs)]);
    const answered = await untilAnswered(deps, { ref: call.ref, id }, until);
    if (answered !== null) return answered;
    const { result } = await inUnit(deps.store, (unit) => endQuestions(unit, call.ref, id));
    return answerIn(result, id) ?? OVER;
  };
  return {
    ask(asked) {
      // What cannot be kept is not asked; if its end cannot be kept, the next claim of the call ends it.
      const answer = askOne(asked).catch(() => OVER);
      pending.add(answer);
      return answer.finally(() => pending.delete(answer));
    },
    keep: async (asked) => (await register({ ...asked, held_ms: null })) !== null,
    async close() {
      closed.abort();
      await Promise.all(pending);
    },
  };
}

const OVER: HeldAnswer = { type: "over" };

interface Wanted {
  readonly ref: CallRef;
  readonly id: string;
}

/** Null: nobody has answered until then. */
async function untilAnswered(
  { store, bus, checkpointMs }: AskPeopleDeps,
  { ref, id }: Wanted,
  until: AbortSignal,
): Promise<HeldAnswer | null> {
  let news = Promise.withResolvers<void>();
  const told = bus.subscribe({ type: "chat", chat_id: ref.chat_id }, ({ type }) => {
    if (type === "changed" || type === "deleted") news.resolve();
  });
  const stopped = Promise.withResolvers<void>();
  until.addEventListener("abort", () => stopped.resolve(), { once: true });
  try {
    while (!until.aborted) {
      news = Promise.withResolvers<void>();
      // While the database is away, the next look tells.
      const questions = await readQuestions(store.pool, ref).catch(() => undefined);
      const answer = questions === undefined ? null : answerIn(questions, id);
      if (answer !== null) return answer;
      await Promise.race([news.promise, stopped.promise, sleep(checkpointMs, undefined, { ref: false })]);
    }
    return null;
  } finally {
    told.end();
  }
}

/** Null: it is still open. */
function answerIn(questions: CallQuestions | null, id: string): HeldAnswer | null {
  const kept = questions?.kept.find((one) => one.id === id);
  if (kept === undefined) return OVER;
  if (isOpen(kept)) return null;
  if (kept.answer === null) return OVER;
  const { action, content } = kept.answer;
  return { type: "answered", answer: { action, ...(content !== undefined && { content }) } };
}
