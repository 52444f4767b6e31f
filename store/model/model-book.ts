// The store is the only room with SQL. This file: the model configs that can answer, and what people have set, kept by a
// process for a while, so that a turn need not ask for them (they change by the day, turns by the second).

import { readSettings, type Settings } from "../access/settings.ts";
import type { Queryable } from "../database.ts";
import { createLastingClient } from "../stream/lasting-client.ts";
import { type ModelConfigRow, readUsableModelConfigs } from "./resolve-model-config.ts";

/** Should a NOTIFY be lost without the connection noticing, a key that was taken back works no longer than this. */
const keptMaxMs = 10_000;
/** Users whose settings are kept; past that all are read anew. */
const usersKeptMax = 10_000;
/** Named by the trigger of migration 0003. */
const CHANNEL = "everturn_models";

export interface ModelBook {
  /** All that can answer, by `db` when nothing is kept. */
  read(db: Queryable): Promise<readonly ModelConfigRow[]>;
  /** Of the deployment and of a user, by `db` when nothing is kept. */
  settings(db: Queryable, userId: string): Promise<Settings>;
  /** This process has changed them itself, and is not to wait for its own NOTIFY. */
  forget(): void;
  close(): Promise<void>;
}

interface KeptSettings {
  readonly settings: Settings;
  readonly readAtMs: number;
}

interface Kept {
  readonly configs: readonly ModelConfigRow[];
  readonly readAtMs: number;
}

/** Hears of changes on a connection of its own; while that is away, nothing is kept. */
export function createModelBook(databaseUrl: string, clock = () => performance.now()): ModelBook {
  let kept: Kept | null = null;
  const users = new Map<string, KeptSettings>();
  // A change that comes while the configs are read must not be lost behind what was read before it.
  let changes = 0;
  const forget = () => {
    changes++;
    kept = null;
    users.clear();
  };
  const listener = createLastingClient({
    databaseUrl,
    applicationName: "everturn-models",
    prepare: async (client) => {
      client.on("notification", forget);
      await client.query(`listen ${CHANNEL}`);
    },
    onUp: forget,
    onDown: forget,
  });
  return {
    async read(db) {
      const now = clock();
      if (kept !== null && now - kept.readAtMs < keptMaxMs) return kept.configs;
      const before = changes;
      const configs = await readUsableModelConfigs(db);
      if (before === changes && listener.client !== null) kept = { configs, readAtMs: now };
      return configs;
    },
    async settings(db, userId) {
      const now = clock();
      const known = users.get(userId);
      if (known !== undefined && now - known.readAtMs < keptMaxMs) return known.settings;
      const before = changes;
      const settings = await readSettings(db, userId);
      if (users.size >= usersKeptMax) users.clear();
      if (before === changes && listener.client !== null) users.set(userId, { settings, readAtMs: now });
      return settings;
    },
    forget,
    close: () => listener.close(),
  };
}
