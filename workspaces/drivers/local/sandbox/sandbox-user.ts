// The users that processes in sandboxes run as. Never root, even if Everturn is root.

// Numbers that no real user has, below 65,536 because root in a container may have no others. Each workspace gets its own, or the
// limit on a user's processes would count all workspaces together.
const rootsUsersFirst = 62_000;
const rootsUsers = 3_000;
const ordinaryUser = 1_000;

/** The user of the proxies. */
export const egressUser = rootsUsersFirst - 1;

/** The user of the processes inside. Outside it is the same number if we are root, and our own user otherwise. */
export function userInside(id: string): number {
  if (!isRoot()) return ordinaryUser;
  let sum = 0;
  for (const char of id) sum = (sum * 31 + char.charCodeAt(0)) % 1_000_003;
  return rootsUsersFirst + (sum % rootsUsers);
}

/** The owner of the workspace's files outside; null means our own user. */
export function ownerOutside(id: string): number | null {
  return isRoot() ? userInside(id) : null;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
