// Opens what knows who may call: the keys and sessions that this replica remembers, and the news that make it forget them.
import type { Config } from "../../platform/config/config.ts";
import type { Logger } from "../../platform/logger.ts";
import { listenForAccess } from "../../store/access/access-news.ts";
import type { Pool } from "../../store/database.ts";
import { createKeyLookup, type KeyLookup } from "../http/access/key-lookup.ts";
import type { SignIn } from "../sign-in/sign-in.ts";
import type { StreamGate } from "../streams/stream-gate.ts";

/** Somebody who changes things in a loop makes the other replicas look keys up anew this often, and no more. */
const newsEveryMs = 100;

export interface Access {
  readonly keys: KeyLookup;
  /** Called after a change of users, keys or sessions. Other replicas hear of it from the database. */
  readonly changed: () => void;
  readonly close: () => Promise<void>;
}

export interface OpenAccessInput {
  readonly pool: Pool;
  readonly gate: Pick<StreamGate, "recheck">;
  readonly signIn: Pick<SignIn, "forget">;
  readonly logger: Logger;
}

export function openAccess(
  config: Pick<Config, "databaseUrl" | "rateLimits">,
  { pool, gate, signIn, logger }: OpenAccessInput,
): Access {
  const keys = createKeyLookup(pool, logger, config.rateLimits);
  const changed = () => {
    keys.forget();
    signIn.forget();
    void gate.recheck();
  };
  const heard = atMostEvery(newsEveryMs, changed);
  const news = listenForAccess(config.databaseUrl, heard.ask);
  return {
    keys,
    changed,
    async close() {
      heard.stop();
      await news.close();
    },
  };
}

/** Acts at once, and then at most once in this time. What is asked for meanwhile is one act at its end. */
export function atMostEvery(
  ms: number,
  act: () => void,
): { readonly ask: () => void; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let isAskedAgain = false;
  const ask = () => {
    isAskedAgain = timer !== undefined;
    if (isAskedAgain) return;
    act();
    timer = setTimeout(() => {
      timer = undefined;
      if (isAskedAgain) ask();
    }, ms).unref();
  };
  return { ask, stop: () => clearTimeout(timer) };
}
