// The folder in which downloaded programs are kept for all checkouts of this user. Plain JavaScript, because the set-up
// runs it with an older Node.
import { homedir } from "node:os";
import { join } from "node:path";

/** By the XDG Base Directory Specification. An empty variable counts as not set. */
export function cacheFolder(env) {
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "everturn");
}
