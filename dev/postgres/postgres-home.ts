// Dev holds the embedded stack: the folder of Postgres' own, which the user it runs as must be able to enter.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { canEnter, type User } from "./unprivileged-user.ts";

// Root's home is closed to others; this is where a system keeps data of services.
const SYSTEM_DATA_FOLDER = "/var/lib/everturn";
const HOME_NOTE = "postgres-home";

/**
 * Where Postgres keeps its files for this data folder: in it, or below /var/lib when the user it runs as cannot enter.
 * That place is noted in the folder, so that a folder made anew gets a new one and never meets data of other secrets.
 */
export function postgresHome(dataFolder: string, user: User | undefined): string {
  if (user === undefined) return join(dataFolder, "postgres");
  const note = join(dataFolder, HOME_NOTE);
  // Also of a folder that can be entered by now: that is where the data is.
  if (existsSync(note)) return readFileSync(note, "utf8").trim();
  if (canEnter(dataFolder, user)) return join(dataFolder, "postgres");
  const home = join(SYSTEM_DATA_FOLDER, randomBytes(6).toString("hex"));
  writeFileSync(note, `${home}\n`, { mode: 0o600 });
  return home;
}

/** Wipes what Postgres keeps outside the data folder, if anything. */
export function resetPostgresHome(dataFolder: string): void {
  const note = join(dataFolder, HOME_NOTE);
  if (!existsSync(note)) return;
  const home = readFileSync(note, "utf8").trim();
  if (dirname(home) === SYSTEM_DATA_FOLDER) rmSync(home, { recursive: true, force: true });
}
