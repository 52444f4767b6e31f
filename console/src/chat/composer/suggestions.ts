// What the composer offers while somebody types: commands behind a slash, files of the workspace behind an @.
import { useEffect, useState } from "react";
import type { Everturn } from "../../../../client/index.ts";
import { commandsFor, mentionAt } from "./slash-commands.ts";

export interface Suggestion {
  readonly key: string;
  readonly label: string;
  readonly hint: string;
  /** What takes the place of what was typed. */
  readonly insert: string;
  /** Where that begins. */
  readonly start: number;
  /** It is a folder, or a command that wants more: the person types on. */
  readonly goes_on: boolean;
}

interface SuggestionsInput {
  readonly client: Everturn;
  readonly text: string;
  readonly caret: number;
  readonly workspaceId: string | null;
  readonly hasChat: boolean;
}

const shownMax = 12;

export function useSuggestions({
  client,
  text,
  caret,
  workspaceId,
  hasChat,
}: SuggestionsInput): readonly Suggestion[] {
  const mention = workspaceId === null ? null : mentionAt(text, caret);
  const files = useFiles({ client, workspaceId, path: mention?.path ?? null });
  const commands = commandsFor(text, hasChat);
  if (commands !== null)
    return commands.map(({ name, words, argument }) => ({
      key: name,
      label: `/${name}${argument === undefined ? "" : ` ${argument}`}`,
      hint: words,
      insert: argument === undefined ? `/${name}` : `/${name} `,
      start: 0,
      goes_on: argument !== undefined,
    }));
  if (mention === null) return [];
  return files.map(({ path, isFolder }) => ({
    key: path,
    label: path,
    hint: isFolder ? "folder" : "",
    insert: isFolder ? `@${path}/` : `@${path} `,
    start: mention.start,
    goes_on: isFolder,
  }));
}

interface FoundFile {
  readonly path: string;
  readonly isFolder: boolean;
}

interface FilesInput {
  readonly client: Everturn;
  readonly workspaceId: string | null;
  /** What was typed behind the @; null: nothing. */
  readonly path: string | null;
}

/** The entries of the folder that is being typed, those first that begin so. */
function useFiles({ client, workspaceId, path }: FilesInput): readonly FoundFile[] {
  const [listed, setListed] = useState<{
    readonly folder: string;
    readonly entries: readonly FoundFile[];
  } | null>(null);
  const slash = path?.lastIndexOf("/") ?? -1;
  const folder = path === null ? null : path.slice(0, slash + 1);
  useEffect(() => {
    if (workspaceId === null || folder === null) return;
    const leaving = new AbortController();
    client.workspaces.listFolder(workspaceId, folder === "" ? "." : folder, { signal: leaving.signal }).then(
      ({ entries }) =>
        setListed({
          folder,
          entries: entries.map(({ name, type }) => ({ path: folder + name, isFolder: type === "dir" })),
        }),
      // A workspace that does not run has no files to offer.
      () => undefined,
    );
    return () => leaving.abort();
  }, [client, workspaceId, folder]);
  if (listed === null || listed.folder !== folder || path === null) return [];
  const typed = path.slice(slash + 1).toLowerCase();
  return listed.entries
    .filter((entry) => entry.path.slice(folder.length).toLowerCase().includes(typed))
    .sort(
      (a, b) =>
        Number(b.path.toLowerCase().startsWith(path.toLowerCase())) -
        Number(a.path.toLowerCase().startsWith(path.toLowerCase())),
    )
    .slice(0, shownMax);
}
