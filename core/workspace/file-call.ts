// What a request may want of the files of a workspace, and what comes of it. A worker carries it out, for only workers reach
// workspaces.

export type FileCallKind = "look" | "write" | "changes";

/** Keys of the agent's processes that carry out calls begin so: they are none of the model's. */
export const fileCallProcessPrefix = "file-call.";

export interface FolderEntry {
  readonly name: string;
  readonly type: "file" | "dir" | "symlink" | "other";
  /** Bytes, of files. */
  readonly size: number | null;
}

/** Why nothing came of it. */
export type FileCallFault =
  /** Nothing is there. */
  | "missing"
  /** The path leads out of the workspace, or to what is no file. */
  | "path_refused"
  | "too_large"
  | "no_space"
  /** The change was begun, and nobody knows whether it was made. */
  | "outcome_unknown"
  /** The workspace or its agent does not answer. */
  | "unreachable";

export type FileCallAnswer =
  | {
      readonly type: "folder";
      readonly path: string;
      readonly entries: readonly FolderEntry[];
      readonly truncated: boolean;
    }
  /** Its bytes are kept in transit. */
  | { readonly type: "file"; readonly path: string; readonly size: number; readonly file_id: string }
  | { readonly type: "written"; readonly path: string; readonly bytes: number; readonly created: boolean }
  /** What git says has changed. */
  | {
      readonly type: "changes";
      /** Whether the workspace, or a folder in it, is in git. */
      readonly in_git: boolean;
      /** In the unified format of git. */
      readonly diff: string;
      readonly truncated: boolean;
    }
  | { readonly type: "fault"; readonly fault: FileCallFault; readonly message: string };
