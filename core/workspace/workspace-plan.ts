// What a workspace is built from, as plain JSON in the database. If the template changes later, the workspace does not.

/** What a driver needs to create the workspace's place. */
export interface WorkspacePlan {
  readonly image: string;
  /** Folder on this machine whose content is the first content of the workspace; null means empty. */
  readonly files: string | null;
  readonly env: Readonly<Record<string, string>>;
  /** Whether processes inside may reach the network. */
  readonly network: boolean;
  readonly limits: {
    readonly memory_mib: number;
    readonly cpus: number;
    readonly pids: number;
  };
}
