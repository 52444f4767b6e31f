// The folders of a workspace, each listed when it is opened.
import { useState } from "react";
import { shownText } from "../../../chat/markdown/shown-text.ts";
import { everturn } from "../../../state/everturn.ts";
import { Button } from "../../../ui/controls/button.tsx";
import { bytesWords } from "../../../ui/words.ts";
import { ProblemNotice } from "../../parts/problem-notice.tsx";
import { useLoad } from "../../parts/use-load.ts";
import type { WorkspaceFolder } from "../../parts/wire.ts";
import type { ChosenFile } from "./file-kind.ts";
import styles from "./files.module.css";

type Entry = WorkspaceFolder["entries"][number];

interface TreeInput {
  readonly workspaceId: string;
  readonly chosen: string | null;
  readonly onChoose: (file: ChosenFile) => void;
}

export function FileTree(input: TreeInput) {
  return <Folder {...input} path="." isRoot />;
}

interface FolderInput extends TreeInput {
  readonly path: string;
  readonly isRoot?: boolean;
}

function Folder(input: FolderInput) {
  const { workspaceId, path, isRoot = false } = input;
  const folder = useLoad(
    (signal) => everturn.workspaces.listFolder(workspaceId, path, { signal }),
    `${workspaceId} ${path}`,
  );
  const { data, error, reload } = folder;
  const refresh = (
    <Button size="small" disabled={folder.loading} onClick={() => void reload()}>
      Read again
    </Button>
  );
  if (error !== null && data === null) return <ProblemNotice error={error} onRetry={() => void reload()} />;
  if (data === null) return <p className={styles.note}>Reading…</p>;
  return (
    <>
      {isRoot ? <div className={styles.treeActions}>{refresh}</div> : null}
      {error === null ? null : <ProblemNotice error={error} onRetry={() => void reload()} />}
      {data.entries.length === 0 ? <p className={styles.note}>This folder is empty.</p> : null}
      <ul className={styles.entries}>
        {sorted(data.entries).map((entry) => (
          <EntryRow key={entry.name} {...input} entry={entry} />
        ))}
      </ul>
      {data.truncated ? <p className={styles.note}>There is more here than can be listed.</p> : null}
    </>
  );
}

function EntryRow({ entry, ...tree }: FolderInput & { readonly entry: Entry }) {
  const [open, setOpen] = useState(false);
  const path = tree.path === "." ? entry.name : `${tree.path}/${entry.name}`;
  const name = shownText(entry.name);
  if (entry.type === "dir") {
    return (
      <li>
        <button
          type="button"
          className={styles.entry}
          aria-expanded={open}
          data-open={open}
          onClick={() => setOpen(!open)}
        >
          <span className={styles.name}>{name}</span>
        </button>
        {open ? (
          <div className={styles.inside}>
            <Folder
              workspaceId={tree.workspaceId}
              chosen={tree.chosen}
              onChoose={tree.onChoose}
              path={path}
            />
          </div>
        ) : null}
      </li>
    );
  }
  if (entry.type !== "file") {
    return (
      <li className={styles.other}>
        {name} <span>({entry.type === "symlink" ? "a link" : "neither file nor folder"})</span>
      </li>
    );
  }
  const size = entry.size ?? 0;
  return (
    <li>
      <button
        type="button"
        className={styles.entry}
        data-file
        aria-current={tree.chosen === path ? "true" : undefined}
        onClick={() => tree.onChoose({ path, name: entry.name, size })}
      >
        <span className={styles.name}>{name}</span>
        <span className={styles.size}>{bytesWords(size)}</span>
      </button>
    </li>
  );
}

/** Folders first, then by name as people count. */
function sorted(entries: readonly Entry[]): Entry[] {
  const order = new Intl.Collator("en", { numeric: true });
  return entries.toSorted(
    (a, b) => Number(b.type === "dir") - Number(a.type === "dir") || order.compare(a.name, b.name),
  );
}
