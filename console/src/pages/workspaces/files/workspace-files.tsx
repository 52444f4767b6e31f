// The files of a workspace: the tree on the one side, the chosen file on the other.
import { useState } from "react";
import { EmptyState } from "../../../ui/shown/empty-state.tsx";
import type { ChosenFile } from "./file-kind.ts";
import { FileTree } from "./file-tree.tsx";
import { FileViewer } from "./file-viewer.tsx";
import styles from "./files.module.css";

export function WorkspaceFiles({ workspaceId }: { readonly workspaceId: string }) {
  const [chosen, setChosen] = useState<ChosenFile | null>(null);
  return (
    <div className={styles.files}>
      <nav className={styles.tree} aria-label="Files of the workspace">
        <FileTree workspaceId={workspaceId} chosen={chosen?.path ?? null} onChoose={setChosen} />
      </nav>
      <div className={styles.viewer}>
        {chosen === null ? (
          <EmptyState title="No file is open">Choose a file to see it here.</EmptyState>
        ) : (
          <FileViewer key={`${chosen.path} ${chosen.size}`} workspaceId={workspaceId} file={chosen} />
        )}
      </div>
    </div>
  );
}
