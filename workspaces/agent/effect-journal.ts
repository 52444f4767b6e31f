// The workspace agent runs inside the workspace. This file: effects that happen once. An effect is asked for under a key;
// it is written down before it happens, and its answer after: asked again, the answer is given and nothing happens.
import { createHash } from "node:crypto";
import { AgentError, type AgentErrorCode } from "./api.ts";
import { JsonLines } from "./wire/json-lines.ts";

interface EffectRecord {
  readonly key: string;
  /** Of what was asked for. */
  readonly digest: string;
  readonly at: number;
  /** Absent: begun. */
  readonly outcome?: EffectOutcome;
}

type EffectOutcome =
  | { readonly type: "answer"; readonly answer: unknown }
  | {
      readonly type: "error";
      readonly code: AgentErrorCode;
      readonly message: string;
      readonly hint?: string;
    };

interface KnownEffect {
  readonly digest: string;
  readonly at: number;
  /** Rejects never. Null: begun by a daemon that died, and nobody knows. */
  readonly outcome: Promise<EffectOutcome> | null;
}

export interface EffectJournalOptions {
  readonly path: string;
  readonly keptMax: number;
  readonly keptMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class EffectJournal {
  readonly #options: EffectJournalOptions;
  readonly #lines: JsonLines<EffectRecord>;
  /** Oldest first. */
  readonly #effects = new Map<string, KnownEffect>();
  /** Effects that are not answered yet: their lines may not be lost to a rewriting of the file … */
  #open = 0;
  /** … and those that come meanwhile wait for it. */
  #rewriting: Promise<void> | null = null;

  private constructor(options: EffectJournalOptions, lines: JsonLines<EffectRecord>) {
    this.#options = options;
    this.#lines = lines;
  }

  /** Reads, or makes, the file. */
  static async open(options: EffectJournalOptions): Promise<EffectJournal> {
    const { lines, entries } = await JsonLines.open<EffectRecord>(options.path);
    const journal = new EffectJournal(options, lines);
    for (const { key, digest, at, outcome } of entries) {
      const known = outcome === undefined ? null : Promise.resolve(outcome);
      journal.#effects.set(key, { digest, at, outcome: known });
    }
    await journal.#trim();
    return journal;
  }

  /**
   * Runs `effect`, or gives the answer, or the error, that it had under this key. `what` is all that was asked for, as JSON
   * with fields in a fixed order. Throws `key_conflict` when the key stood for something else, and `outcome_unknown` when
   * the daemon died in between.
   */
  async once<Answer>(key: string, what: unknown, effect: () => Promise<Answer>): Promise<Answer> {
    const digest = createHash("sha256").update(JSON.stringify(what)).digest("hex");
    const known = this.#effects.get(key);
    if (known !== undefined) return this.#repeat<Answer>(key, known, digest);
    const at = this.#options.now();
    const begun = this.#perform({ key, digest, at }, effect);
    // Set before anything is awaited: whoever asks from now on waits for this one.
    const outcome = begun.then(({ outcome: ended }) => ended);
    this.#effects.set(key, { digest, at, outcome });
    const { outcome: ended, written } = await begun;
    // What was not written down has not happened: the key is free again.
    if (!written) this.#effects.delete(key);
    await this.#trim();
    return answerOf<Answer>(ended);
  }

  async #repeat<Answer>(key: string, known: KnownEffect, digest: string): Promise<Answer> {
    if (known.digest !== digest) {
      throw new AgentError("key_conflict", `Something else was done as ${key}.`);
    }
    if (known.outcome !== null) return answerOf<Answer>(await known.outcome);
    const hint = "Look at what is there before doing it again.";
    throw new AgentError(
      "outcome_unknown",
      "The workspace's agent ended while this was done: it may have happened or not.",
      hint,
    );
  }

  async #perform(
    record: EffectRecord,
    effect: () => Promise<unknown>,
  ): Promise<{ readonly outcome: EffectOutcome; readonly written: boolean }> {
    if (this.#rewriting !== null) await this.#rewriting;
    this.#open += 1;
    try {
      await this.#lines.append(record);
    } catch (error) {
      this.#open -= 1;
      return { outcome: journalFault(error), written: false };
    }
    const outcome = await outcomeOf(effect);
    // A full disk loses the answer for a successor, who will say that it does not know; this daemon knows it.
    await this.#lines.append({ ...record, outcome }).catch(() => undefined);
    this.#open -= 1;
    return { outcome, written: true };
  }

  async #trim(): Promise<void> {
    const { keptMax, keptMs, now } = this.#options;
    const oldest = now() - keptMs;
    for (const [key, { at }] of this.#effects) {
      if (this.#effects.size <= keptMax && at >= oldest) break;
      this.#effects.delete(key);
    }
    // An effect has two lines; at twice as many as are kept, the file is rewritten.
    if (this.#lines.count <= 4 * keptMax || this.#open > 0 || this.#rewriting !== null) return;
    this.#rewriting = this.#rewrite([...this.#effects]).finally(() => {
      this.#rewriting = null;
    });
    await this.#rewriting;
  }

  /** `effects` are answered, or never will be. */
  async #rewrite(effects: readonly (readonly [string, KnownEffect])[]): Promise<void> {
    const records: EffectRecord[] = [];
    for (const [key, { digest, at, outcome }] of effects) {
      records.push({ key, digest, at, ...(outcome !== null && { outcome: await outcome }) });
    }
    // A full disk: the file stays as it is, only longer.
    await this.#lines.rewrite(records).catch(() => undefined);
  }

  /** Resolves when all that was begun has been answered. */
  async close(): Promise<void> {
    await Promise.all([...this.#effects.values()].map(async ({ outcome }) => outcome));
    await this.#lines.close();
  }
}

async function outcomeOf(effect: () => Promise<unknown>): Promise<EffectOutcome> {
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

function answerOf<Answer>(outcome: EffectOutcome): Answer {
  if (outcome.type === "answer") return outcome.answer as Answer;
  throw new AgentError(outcome.code, outcome.message, outcome.hint);
}

function journalFault(error: unknown): EffectOutcome {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return { type: "error", code: "no_space", message: "The disk is full: nothing was done." };
  }
  return { type: "error", code: "io_error", message: `Nothing was done: ${message}` };
}
