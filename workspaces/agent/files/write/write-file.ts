// Writes a whole file, atomically.
import { mkdir } from "node:fs/promises";
import { quoted } from "../../../../core/text/quoted.ts";
import { AgentError, type WrittenFile } from "../../api.ts";
import { writeBytesMax } from "../file-limits.ts";
import { findPlace, notFound, type Place } from "../place/confined-walk.ts";
import { checkFolder, refuseNoFile, refuseSwapped } from "../place/open-file.ts";
import { type OpenFolder, openFolderIn, pathIn, type Root } from "../place/root.ts";
import { onCode } from "../system-fault.ts";
import { commitFile, discardFile, linksNote, stageFile } from "./staged-file.ts";

/** Writes the file, and creates missing folders. Writes through a link to its target, unless links are refused. Throws `AgentError`. */
export async function writeFile(
  root: Root,
  args: {
    readonly path: string;
    readonly content: string | Uint8Array;
    readonly refuse_links?: boolean;
  },
  signal: AbortSignal,
): Promise<WrittenFile> {
  const content =
    typeof args.content === "string" ? Buffer.from(args.content, "utf8") : Buffer.from(args.content);
  checkSize(content.length);
  const place = await findPlace(root, args.path, args.refuse_links);
  let { folder } = place;
  try {
    await checkPlace(args.path, place);
    folder = await makeFolders(place.folder, place.missing);
    await checkFolder(folder, place.relative);
    const { relative, stats } = place;
    const staged = await stageFile({ ...place, folder }, content);
    if (signal.aborted) await discardFile(staged);
    signal.throwIfAborted();
    await commitFile(staged);
    const note = linksNote(staged);
    return { path: relative, bytes: content.length, created: stats === null, ...(note !== null && { note }) };
  } finally {
    if (folder !== place.folder) await folder.handle.close();
    await place.folder.handle.close();
  }
}

function checkSize(bytes: number): void {
  if (bytes <= writeBytesMax) return;
  const message = `The content has ${bytes} bytes; up to ${writeBytesMax} can be written at a time.`;
  throw new AgentError("file_too_large", message, "Write it with a command instead.");
}

async function checkPlace(asked: string, place: Place): Promise<void> {
  if (place.stats !== null) {
    refuseNoFile(place, place.stats);
    return;
  }
  // `missing/../x` leads nowhere, and no folder is created for it.
  if (place.missing.includes("..") || place.name === "..") throw await notFound(asked, place);
  if (/\/\.?$/.test(asked)) {
    const message = `${quoted(asked)} names a folder.`;
    throw new AgentError("not_a_file", message, "Give the path of a file; folders are made on the way.");
  }
}

/** Creates folders inside each other and opens the innermost, or returns `first` if there are none. The caller closes both. */
async function makeFolders(first: OpenFolder, names: readonly string[]): Promise<OpenFolder> {
  let folder = first;
  for (const name of names) {
    const outer = folder;
    try {
      folder = await makeFolder(outer, name);
    } finally {
      if (outer !== first) await outer.handle.close();
    }
  }
  return folder;
}

async function makeFolder(outer: OpenFolder, name: string): Promise<OpenFolder> {
  const relative = [...outer.names, name].join("/");
  await mkdir(pathIn(outer, name)).catch(onCode(["EEXIST"], () => undefined));
  return openFolderIn(outer, name)
    .catch(onCode(["ELOOP"], () => refuseSwapped({ relative })))
    .catch(onCode(["ENOTDIR"], () => refuseNoFolder(relative)));
}

function refuseNoFolder(relative: string): never {
  throw new AgentError("not_a_folder", `${quoted(relative)} is not a folder.`);
}
