// Workspaces: who processes in a sandbox are. Never the root of this machine, also when we are.

// Any user's number that nobody has, and below 65,536, for root of a container may have no more. One per workspace, or the
// limit on a user's processes would be one for all of them together.
const rootsUsersFirst = 62_000;
const rootsUsers = 3_000;
const ordinaryUser = 1_000;

/** Who workspaces' ways to the internet are. */
export const egressUser = rootsUsersFirst - 1;

/** Who the processes inside are: a number; outside it is the same when we are root, and our own user otherwise. */
export function userInside(id: string): number {
  if (!isRoot()) return ordinaryUser;
  let sum = 0;
  for (const char of id) sum = (sum * 31 + char.charCodeAt(0)) % 1_000_003;
  return rootsUsersFirst + (sum % rootsUsers);
}

/** Whose the workspace's files are outside; null: ours. */
export function ownerOutside(id: string): number | null {
  return isRoot() ? userInside(id) : null;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
