// Core is pure: what a workspace is made from. Plain JSON, kept in the database beside the workspace: a template that is
// changed later does not change what was built from it.

/** What a driver needs to make the place. */
export interface WorkspacePlan {
  readonly image: string;
  /** Folder on this machine whose content becomes the workspace's first content; null: empty. */
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
