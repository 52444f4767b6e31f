// What a workspace is built from, as plain JSON in the database. If the template changes later, the workspace does not.

/** What a driver needs to create the workspace's place. */
export interface WorkspacePlan {
  readonly image: string;
  /** Folder on this machine whose content is the first content of the workspace; null means empty. */
  readonly files: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly network: WorkspaceNetwork;
  readonly limits: WorkspaceLimits;
}

/** What processes inside may reach: nothing; public internet addresses, by a proxy; or whatever the machine they run on can reach. */
export type WorkspaceNetwork = boolean | "unfiltered";

export interface WorkspaceLimits {
  readonly memory_mib: number;
  readonly cpus: number;
  readonly pids: number;
  /** Absent in plans that were made before there was such a limit. */
  readonly disk_mib?: number;
}

/** Enough for a project with its packages and builds. */
export const diskMibDefault = 10_240;

export function diskMibOf({ limits }: WorkspacePlan): number {
  return limits.disk_mib ?? diskMibDefault;
}
