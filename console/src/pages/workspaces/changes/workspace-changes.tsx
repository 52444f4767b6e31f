// What has changed in a workspace since the last commit, file by file.
import { lazy, Suspense, useMemo } from "react";
import { shownText } from "../../../chat/markdown/shown-text.ts";
import { everturn } from "../../../state/everturn.ts";
import { Button } from "../../../ui/controls/button.tsx";
import { Shown } from "../../parts/page.tsx";
import { useLoad } from "../../parts/use-load.ts";
import styles from "../workspaces.module.css";
import { type ChangedFile, parseDiff } from "./parse-diff.ts";

const FileView = lazy(async () => {
  const { FileView: component } = await import("../../../chat/tools/diff-view.tsx");
  return { default: component };
});

/** More files than these are named, and not shown. */
const filesShownMax = 100;

export function WorkspaceChanges({ workspaceId }: { readonly workspaceId: string }) {
  const changes = useLoad((signal) => everturn.workspaces.changes(workspaceId, { signal }), workspaceId);
  return (
    <Shown of={changes} loading="Asking git…">
      {({ in_git, diff, truncated }) =>
        in_git ? (
          <>
            <div>
              <Button size="small" disabled={changes.loading} onClick={() => void changes.reload()}>
                Look again
              </Button>
            </div>
            <Files diff={diff} />
            {truncated ? <p>There are more changes than can be shown.</p> : null}
          </>
        ) : (
          <p>Neither the workspace nor a folder in it is in git, so there is nothing to compare with.</p>
        )
      }
    </Shown>
  );
}

function Files({ diff }: { readonly diff: string }) {
  const files = useMemo(() => parseDiff(diff), [diff]);
  if (files.length === 0) return <p>Nothing has changed since the last commit.</p>;
  return (
    <Suspense fallback={null}>
      {files.slice(0, filesShownMax).map((file) => (
        <Changed key={file.path} file={file} />
      ))}
      {files.length > filesShownMax ? <p>{files.length - filesShownMax} more files have changed.</p> : null}
    </Suspense>
  );
}

function Changed({ file }: { readonly file: ChangedFile }) {
  return (
    <div>
      {file.note === null ? null : (
        <p className={styles.note}>
          {/* The changes below have the path themselves. */}
          {file.hunks.length === 0 ? `${shownText(file.path)}: ` : ""}
          {shownText(file.note)}
        </p>
      )}
      {file.hunks.length === 0 ? null : <FileView file={file} isWide={false} />}
    </div>
  );
}
