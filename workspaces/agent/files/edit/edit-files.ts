// Edits several files exactly, all or nothing.
import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { quoted } from "../../../../core/text/quoted.ts";
import { AgentError, type EditedFile, type FileEdits } from "../../api.ts";
import { editFileBytesMax, editFilesMax, editsPerFileMax, editTotalBytesMax } from "../file-limits.ts";
import { type FoundPlace, findPlace, isFound, notFound, type Place } from "../place/confined-walk.ts";
import { checkFolder, openFile, readRange, refuseBinary } from "../place/open-file.ts";
import type { Root } from "../place/root.ts";
import { commitAll, type StagedReplacement, stageAll } from "../write/replace-files.ts";
import { changedMeanwhile, linksNote } from "../write/staged-file.ts";
import { applyEdits, type Edit } from "./apply-edits.ts";

/** One file of the call, read and edited in memory. */
interface PlannedFile {
  readonly place: FoundPlace;
  readonly read: BigIntStats;
  /** Bytes as Latin-1 characters. */
  readonly original: string;
  text: string;
  replacements: number;
  readonly edits: Edit[];
}

export interface EditedPlace {
  readonly root: Root;
  readonly made: MadeEdits;
  readonly refuse_links?: boolean | undefined;
}

/** Edits all files in memory, then writes them all, or none. Throws `AgentError` that says which edit failed. */
export async function editFiles(
  edited: EditedPlace,
  files: readonly FileEdits[],
  signal: AbortSignal,
): Promise<{ readonly files: readonly EditedFile[] }> {
  checkCounts(files);
  const planned = new Map<string, PlannedFile>();
  try {
    for (const file of files) {
      signal.throwIfAborted();
      await planFile(edited, planned, file);
    }
    const changed = [...planned.values()].filter(({ original, text }) => text !== original);
    const staged = await stageAll(
      changed.map(({ place: target, read, original, text }) => {
        return { target, read, before: Buffer.from(original, "latin1"), after: Buffer.from(text, "latin1") };
      }),
    );
    await commitAll(staged, signal);
    for (const { place, edits } of planned.values()) edited.made.add(place.relative, edits);
    return { files: [...planned.values()].map((file) => describe(file, staged)) };
  } finally {
    for (const { place } of planned.values()) await place.folder.handle.close();
  }
}

function checkCounts(files: readonly FileEdits[]): void {
  if (files.length > editFilesMax) {
    throw new AgentError("bad_request", `At most ${editFilesMax} files can be edited in one call.`);
  }
  const crowded = files.find(({ edits }) => edits.length > editsPerFileMax);
  if (crowded !== undefined) {
    throw new AgentError("bad_request", `${quoted(crowded.path)} has more than ${editsPerFileMax} edits.`);
  }
}

/** Two paths may lead to the same file: then the second edits continue on the result of the first. */
async function planFile(
  { root, made, refuse_links }: EditedPlace,
  planned: Map<string, PlannedFile>,
  asked: FileEdits,
): Promise<void> {
  const place = await findPlace(root, asked.path, refuse_links);
  let file = planned.get(place.relative);
  if (file === undefined) {
    try {
      file = await readPlanned(place, asked.path);
    } catch (error) {
      await place.folder.handle.close();
      throw error;
    }
    planned.set(place.relative, file);
  } else await place.folder.handle.close();
  const edited = applyEdits(file.text, asked, (edit) => made.has(place.relative, edit));
  file.text = edited.text;
  file.replacements += edited.replacements;
  file.edits.push(...asked.edits);
  checkTotal(planned);
}

function checkTotal(planned: ReadonlyMap<string, PlannedFile>): void {
  let bytes = 0;
  for (const { original, text } of planned.values()) bytes += original.length + text.length;
  if (bytes <= editTotalBytesMax) return;
  throw new AgentError(
    "file_too_large",
    "The files are too large to be edited together.",
    "Edit fewer at a time.",
  );
}

async function readPlanned(place: Place, asked: string): Promise<PlannedFile> {
  if (!isFound(place)) throw await notFound(asked, place);
  await checkFolder(place.folder, place.relative);
  const { handle, stats } = await openFile(place);
  try {
    if (stats.size > editFileBytesMax) throw tooLarge(place, stats.size);
    const read = await handle.stat({ bigint: true });
    // One byte more than the file had, to notice if it grows while it is read.
    const content = await readRange(handle, { offset: 0, length: stats.size + 1 });
    if (content.length > stats.size) throw changedMeanwhile(place);
    refuseBinary(content, "edited");
    const original = content.toString("latin1");
    return { place, read, original, text: original, replacements: 0, edits: [] };
  } finally {
    await handle.close();
  }
}

function tooLarge(place: FoundPlace, bytes: number): AgentError {
  const message = `${quoted(place.relative)} has ${bytes} bytes; up to ${editFileBytesMax} can be edited.`;
  return new AgentError("file_too_large", message, "Change it with a command instead.");
}

function describe(file: PlannedFile, staged: readonly StagedReplacement[]): EditedFile {
  const { place, text, replacements } = file;
  const written = staged.find(({ target }) => target.relative === place.relative)?.staged;
  const note = written === undefined ? null : linksNote(written);
  return { path: place.relative, replacements, bytes: text.length, ...(note !== null && { note }) };
}

/** A long turn makes hundreds of edits. A new agent knows none, and then nothing is said about them. */
const rememberedMax = 10_000;

/** Remembers which edits were made, so that the error of a repeated edit can say so. */
export class MadeEdits {
  readonly #made = new Set<string>();

  /** @param path relative to the root */
  add(path: string, edits: readonly Edit[]): void {
    for (const edit of edits) this.#made.add(digestOf(path, edit));
    for (const oldest of this.#made) {
      if (this.#made.size <= rememberedMax) return;
      this.#made.delete(oldest);
    }
  }

  has(path: string, edit: Edit): boolean {
    return this.#made.has(digestOf(path, edit));
  }
}

function digestOf(path: string, { search, replace }: Edit): string {
  return createHash("sha256")
    .update(JSON.stringify([path, search, replace]))
    .digest("base64");
}
