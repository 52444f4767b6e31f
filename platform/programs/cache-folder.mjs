// Where fetched programs are kept for all checkouts of this user. Plain JavaScript: the set-up runs it with an older Node.
import { homedir } from "node:os";
import { join } from "node:path";

/** By the XDG Base Directory Specification; an empty variable counts as none. */
export function cacheFolder(env) {
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "everturn");
}
