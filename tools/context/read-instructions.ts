// Reads the instruction files of a workspace or project folder (SPEC C1).
import { contextFileBytesMax } from "../../core/chat/limits.ts";
import type { ContextFault, ContextFile } from "../../core/part/part.ts";
import { isBlank } from "../../core/text/blank.ts";
import { type ContextFiles, inTime, isMissing, readFault, readText } from "./context-files.ts";

export interface InstructionPlace {
  readonly source: "workspace" | "project";
  readonly files: ContextFiles;
}

interface Named {
  readonly source: ContextFile["source"];
  readonly path: string;
}

/** In the order in which they stand in the prompt. The home folder of a workspace is its root. */
export function instructionPaths(source: InstructionPlace["source"]): readonly Named[] {
  const own = ["AGENTS.md", "CLAUDE.md"].map((path) => ({ source, path }));
  return source === "project" ? own : [...own, { source: "home", path: ".everturn/AGENTS.md" }];
}

export interface ReadInstructions {
  readonly files: readonly ContextFile[];
  readonly faults: readonly ContextFault[];
  /** Nothing failed that may work the next time. */
  readonly is_whole: boolean;
}

/** @param known what was read before: it stands in for what cannot be read now */
export async function readInstructions(
  { source, files }: InstructionPlace,
  known: readonly ContextFile[],
  signal: AbortSignal,
): Promise<ReadInstructions> {
  const read = await Promise.all(
    instructionPaths(source).map((named) => readOne(files, { named, known }, signal)),
  );
  const found = read.flatMap(({ file }) => (file === null ? [] : [file]));
  return {
    // One of them is often a link to the other.
    files: found.filter((file, place) => found.findIndex(({ text }) => text === file.text) === place),
    faults: read.flatMap(({ fault }) => (fault === null ? [] : [fault])),
    is_whole: read.every(({ passes }) => !passes),
  };
}

interface ReadOne {
  readonly file: ContextFile | null;
  readonly fault: ContextFault | null;
  readonly passes: boolean;
}

async function readOne(
  files: ContextFiles,
  { named, known }: { readonly named: Named; readonly known: readonly ContextFile[] },
  signal: AbortSignal,
): Promise<ReadOne> {
  const bounds = { path: named.path, bytesMax: contextFileBytesMax };
  try {
    const { text, bytes, is_cut } = await inTime(signal, (bounded) => readText(files, bounds, bounded));
    const file = isBlank(text) ? null : { ...named, text, ...(is_cut && { cut_from: bytes }) };
    return { file, fault: null, passes: false };
  } catch (error) {
    if (isMissing(error)) return { file: null, fault: null, passes: false };
    const { message, passes } = readFault(error, signal);
    const last = known.find(({ source, path }) => source === named.source && path === named.path);
    if (last !== undefined) return { file: { ...last, stale: true }, fault: null, passes };
    return { file: null, fault: { ...named, message }, passes };
  }
}
