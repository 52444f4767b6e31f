// Opens what knows who may call: the keys and sessions that this replica remembers, and the news that make it forget them.
import type { Config } from "../../platform/config/config.ts";
import type { Logger } from "../../platform/logger.ts";
import { listenForAccess } from "../../store/access/access-news.ts";
import type { Pool } from "../../store/database.ts";
import { createKeyLookup, type KeyLookup } from "../http/access/key-lookup.ts";
import type { SignIn } from "../sign-in/sign-in.ts";
import type { StreamGate } from "../streams/stream-gate.ts";

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
  const news = listenForAccess(config.databaseUrl, changed);
  return { keys, changed, close: () => news.close() };
}
