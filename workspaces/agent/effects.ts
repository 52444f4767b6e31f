// Makes effects happen only once. Each has a key. It is written down before it happens, and its answer afterwards. A second request
// with the same key gets that answer, and nothing happens.
import { createHash } from "node:crypto";
import { AgentError, type AgentErrorCode } from "./api.ts";
import type { Journal } from "./journal.ts";

type Outcome =
  | { readonly type: "answer"; readonly answer: unknown }
  | {
      readonly type: "error";
      readonly code: AgentErrorCode;
      readonly message: string;
      readonly hint?: string;
    };

export class Effects {
  readonly #journal: Journal;
  /** Effects whose answer is not written down yet. */
  readonly #running = new Map<string, { readonly digest: string; readonly outcome: Promise<Outcome> }>();

  readonly #now: () => number;

  /** `now`: milliseconds since 1970. */
  constructor(journal: Journal, now: () => number) {
    this.#journal = journal;
    this.#now = now;
  }

  /**
   * Runs `effect`, or gives the answer or the error that it had under this key. `what` is all that was asked for, as JSON
   * with fields in a fixed order. Throws `key_conflict` when the key stood for something else, `outcome_unknown` when the
   * agent died before it could write the answer down.
   */
  async once<Answer>(key: string, what: unknown, effect: () => Promise<Answer>): Promise<Answer> {
    const digest = createHash("sha256").update(JSON.stringify(what)).digest("hex");
    const running = this.#running.get(key);
    const written = running === undefined ? this.#journal.effect(key) : null;
    const known = running ?? written;
    if (known !== null && known.digest !== digest) {
      throw new AgentError("key_conflict", `Something else was done as ${key}.`);
    }
    if (running !== undefined) return answerOf<Answer>(await running.outcome);
    if (written !== null) return answerOf<Answer>(readOutcome(written.outcome));
    this.#journal.beginEffect(key, digest, this.#now());
    const outcome = outcomeOf(effect);
    this.#running.set(key, { digest, outcome });
    const ended = await outcome;
    // If the answer cannot be written down, this agent keeps it in memory.
    if (this.#journal.endEffect(key, JSON.stringify(ended))) this.#running.delete(key);
    return answerOf<Answer>(ended);
  }

  /** Resolves when all that was begun has been answered. */
  async settled(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ outcome }) => outcome));
  }
}

/** Never rejects. */
async function outcomeOf(effect: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { type: "answer", answer: await effect() };
  } catch (error) {
    if (!(error instanceof AgentError)) {
      return { type: "error", code: "internal", message: `The agent failed: ${(error as Error).message}` };
    }
    const { code, message, hint } = error;
    return { type: "error", code, message, ...(hint !== undefined && { hint }) };
  }
}

/** Throws `outcome_unknown` when the agent died before it could write the outcome down. */
function readOutcome(written: string | null): Outcome {
  if (written !== null) return JSON.parse(written) as Outcome;
  throw new AgentError(
    "outcome_unknown",
    "The workspace's agent ended while this was done: it may have happened or not.",
    "Look at what is there before doing it again.",
  );
}

function answerOf<Answer>(outcome: Outcome): Answer {
  if (outcome.type === "answer") return outcome.answer as Answer;
  throw new AgentError(outcome.code, outcome.message, outcome.hint);
}
