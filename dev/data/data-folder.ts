// Dev holds the embedded stack: one data folder belongs to one running stack at a time, and is only wiped when it is ours.
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { identify, isSameProcess, type ProcessIdentity } from "../../platform/system-processes.ts";
import { StartError } from "../start-error.ts";

const MARKER = "everturn-data";
const MARKER_TEXT = "This folder belongs to Everturn; `npm start -- --reset` wipes it.\n";
const LOCK = "lock.json";
const SECRETS = "secrets.json";
const WORKSPACES = "workspaces";
// What a start makes after it has made the secrets, and that is of no use without them.
const MADE_WITH_SECRETS = ["postgres", "postgres-home", "temporal.db"];

export interface DataFolder {
  readonly path: string;
  /** False once it was deleted, moved away, or locked by another start. */
  isOurs(): boolean;
  /** Gives the folder up to the next start. */
  unlock(): void;
}

export interface Secrets {
  readonly secretKey: string;
  readonly apiKey: string;
  readonly postgresPassword: string;
}

/**
 * Opens the data folder, made when missing, and locks it to this process. A lock whose process is gone is taken over.
 * @throws StartError when another stack runs in it, when it is somebody else's, or when it cannot be written
 */
export function openDataFolder(folder: string): DataFolder {
  const path = resolve(folder);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (!existsSync(join(path, MARKER)) && readdirSync(path).length > 0) {
      throw new StartError(
        `${path} holds files that are not Everturn's. Set EVERTURN_DATA_DIR to another folder.`,
      );
    }
    writeFileSync(join(path, MARKER), MARKER_TEXT, { mode: 0o600 });
    closeToOthers(path);
    takeLock(path);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`The data folder ${path} cannot be used: ${(error as Error).message}`);
  }
  const lock = join(path, LOCK);
  const isOurs = () => {
    try {
      return (JSON.parse(readFileSync(lock, "utf8")) as ProcessIdentity).pid === process.pid;
    } catch (error) {
      // A look that fails (too many open files, a disk that errs) says nothing; a file that is gone, or half-written by another, does.
      const { code } = error as NodeJS.ErrnoException;
      return code !== undefined && code !== "ENOENT" && code !== "ENOTDIR";
    }
  };
  return {
    path,
    isOurs,
    unlock: () => {
      if (isOurs()) rmSync(lock, { force: true });
    },
  };
}

/**
 * What is in the folder is for its owner's eyes alone, also what an older version left open. As root the folder itself can still
 * be passed through, not listed: Postgres then runs as another user, who has a folder of its own in it. Workspaces are their
 * driver's business.
 */
function closeToOthers(path: string): void {
  chmodSync(path, process.getuid?.() === 0 ? 0o711 : 0o700);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.name === WORKSPACES || entry.isSymbolicLink()) continue;
    if (entry.isDirectory()) chmodSync(join(path, entry.name), 0o700);
    else if (entry.isFile()) chmodSync(join(path, entry.name), 0o600);
  }
}

/** Empties a folder that was opened, and so is ours; it stays locked. */
export function wipeDataFolder({ path }: DataFolder): void {
  for (const entry of readdirSync(path)) {
    if (entry !== MARKER && entry !== LOCK) rmSync(join(path, entry), { recursive: true, force: true });
  }
}

/**
 * The secrets of this folder: made at the first start, kept in a file only its owner can read.
 * @throws StartError when they are gone or damaged while what was made with them is there
 */
export function readSecrets(folder: DataFolder, env: NodeJS.ProcessEnv = {}): Secrets {
  const file = join(folder.path, SECRETS);
  if (existsSync(file)) {
    const found = findSecrets(folder.path);
    if (found !== null) return found;
    throw new StartError(`${file} is damaged: it does not hold the three secrets. ${howToGoOn(file)}`);
  }
  const left = MADE_WITH_SECRETS.filter((name) => existsSync(join(folder.path, name)));
  // Of a database and secrets that somebody brings along nothing in this folder can be lost.
  const isBroughtAlong = Boolean(env["DATABASE_URL"] && env["EVERTURN_SECRET_KEY"]);
  if (left.length > 0 && !isBroughtAlong) {
    throw new StartError(
      `${file} is gone, but ${left.join(" and ")} beside it ${left.length === 1 ? "was" : "were"} made with the secrets in it: the password of Postgres, and the key that stored provider keys are sealed with. ${howToGoOn(file)}`,
    );
  }
  const secrets: Secrets = {
    secretKey: randomBytes(32).toString("base64"),
    apiKey: `ek_${randomBytes(32).toString("base64url")}`,
    postgresPassword: randomBytes(16).toString("base64url"),
  };
  const draft = `${file}.new`;
  writeFileSync(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  // A start that is cut short leaves all of them or none.
  renameSync(draft, file);
  return secrets;
}

function howToGoOn(file: string): string {
  return `Put the file back from a backup and start again; nothing was changed. Without it, \`npm start -- --reset\` begins anew and deletes all chats in ${dirname(file)}.`;
}

/** The secrets in a data folder, or null where there are none that can be read. */
export function findSecrets(path: string): Secrets | null {
  try {
    const found = JSON.parse(readFileSync(join(path, SECRETS), "utf8")) as Partial<Secrets> | null;
    const names = ["secretKey", "apiKey", "postgresPassword"] as const;
    return names.every((name) => typeof found?.[name] === "string" && found[name] !== "")
      ? (found as Secrets)
      : null;
  } catch {
    return null;
  }
}

function takeLock(path: string): void {
  const file = join(path, LOCK);
  const mine = `${JSON.stringify(identify(process.pid))}\n`;
  try {
    writeFileSync(file, mine, { flag: "wx", mode: 0o600 });
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const holder = readLock(file);
  if (holder !== null && holder.pid !== process.pid && isSameProcess(holder)) {
    throw new StartError(
      `Everturn already runs in ${path} (process ${holder.pid}). Stop it, or set EVERTURN_DATA_DIR to another folder.`,
    );
  }
  writeFileSync(file, mine);
}

function readLock(file: string): ProcessIdentity | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
  } catch {
    // Half-written when its process was killed: nobody's.
    return null;
  }
}
