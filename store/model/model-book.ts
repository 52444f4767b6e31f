// Caches the working model configs and the settings of users, so that turns need not query them: turns run every
// second, and these change every few days.

import { readSettings, type Settings } from "../access/settings.ts";
import type { Queryable } from "../database.ts";
import { createLastingClient } from "../lasting-client.ts";
import { type ModelConfigRow, readUsableModelConfigs } from "./resolve-model-config.ts";

/** If a NOTIFY is lost and the connection does not notice, a revoked key works no longer than this. */
const keptMaxMs = 10_000;
/** Users whose settings are cached. Beyond that all are read again. */
const usersKeptMax = 10_000;
/** The trigger of migration 0003 uses this name. */
const CHANNEL = "everturn_models";

export interface ModelBook {
  /** All that work; read through `db` if nothing is cached. */
  read(db: Queryable): Promise<readonly ModelConfigRow[]>;
  /** Settings of the deployment and of a user; read through `db` if nothing is cached. */
  settings(db: Queryable, userId: string): Promise<Settings>;
  /** This process changed them itself and must not wait for its own NOTIFY. */
  forget(): void;
  close(): Promise<void>;
}

/** As the process keeps them, for ten seconds at most; from the database when it keeps none. */
export async function settingsOf(
  book: ModelBook | undefined,
  db: Queryable,
  userId: string,
): Promise<Settings> {
  return book?.settings(db, userId) ?? readSettings(db, userId);
}

interface KeptSettings {
  readonly settings: Settings;
  readonly readAtMs: number;
}

interface Kept {
  readonly configs: readonly ModelConfigRow[];
  readonly readAtMs: number;
}

/** Listens for changes on its own connection. While that is away, nothing is cached. */
export function createModelBook(databaseUrl: string, clock = () => performance.now()): ModelBook {
  let kept: Kept | null = null;
  const users = new Map<string, KeptSettings>();
  // A change that arrives while the configs are being read must not be lost.
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
