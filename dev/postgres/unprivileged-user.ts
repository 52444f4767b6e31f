// Dev holds the embedded stack: Postgres refuses to run as root, so root runs it as somebody else.
import { chownSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { StartError } from "../start-error.ts";

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const CANDIDATES = ["postgres", "nobody"];

/**
 * The user to run Postgres as: undefined (as we are) unless we are root.
 * @throws StartError for root on a machine that has none of the usual users
 */
export function unprivilegedUser(uid = process.getuid?.(), passwd = readPasswd): User | undefined {
  if (uid !== 0) return undefined;
  const users = passwd().split("\n").map(parsePasswdLine);
  for (const name of CANDIDATES) {
    const found = users.find((user) => user?.name === name);
    if (found) return found;
  }
  throw new StartError(
    `Postgres refuses to run as root, and this machine has no user ${CANDIDATES.join(" or ")}. Start as another user, or set DATABASE_URL.`,
  );
}

/** True when the user can enter this folder and all above it. */
export function canEnter(folder: string, user: User): boolean {
  for (let path = resolve(folder); ; path = dirname(path)) {
    const entry = statSync(path, { throwIfNoEntry: false });
    if (entry !== undefined) {
      const bit = entry.uid === user.uid ? 0o100 : entry.gid === user.gid ? 0o010 : 0o001;
      if ((entry.mode & bit) === 0) return false;
    }
    if (path === dirname(path)) return true;
  }
}

/** Gives a file or folder to the user Postgres runs as; nothing to do when that is us. */
export function giveTo(user: User | undefined, path: string): void {
  if (user !== undefined) chownSync(path, user.uid, user.gid);
}

function readPasswd(): string {
  try {
    return readFileSync("/etc/passwd", "utf8");
  } catch {
    return "";
  }
}

function parsePasswdLine(line: string): User | undefined {
  const [name, , uid, gid] = line.split(":");
  return name && uid && gid ? { name, uid: Number(uid), gid: Number(gid) } : undefined;
}
