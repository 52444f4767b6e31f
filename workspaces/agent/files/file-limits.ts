// Every cap of its files and searches, unit last, each with its reason.
import { toolResultBytesMax } from "../../../core/chat/limits.ts";

/** JSON bytes of what a view collects; the rest of a tool result's limit is for its other fields, so that nothing is cut again. */
export const collectedBytesMax = toolResultBytesMax - 2 * 1024;
/** Lines of one view (SPEC W6); more than a model reads with care. */
export const viewLinesMax = 2_000;
/** A larger file is no source file, and counting its lines would hold the disk. */
export const viewFileBytesMax = 64 * 1024 * 1024;
/** Where a NUL byte is looked for; text has none, and binary formats have one in their header. */
export const binaryProbeBytes = 8 * 1024;
export const readChunkBytes = 64 * 1024;
export const listEntriesMax = 500;
/** Names read of one folder before sorting; bounds memory on folders of millions. */
export const folderNamesMax = 20_000;
export const grepMatchesMax = 200;
/** Characters shown of a matching line; minified files have lines of megabytes. */
export const grepLineCharsMax = 400;
export const findPathsMax = 500;
/** A search that takes longer is too wide to be useful. */
export const searchTimeMaxMs = 10_000;
/** From SIGTERM to SIGKILL of a search program (SPEC I2). */
export const searchKillAfterMs = 5_000;
/** What a search may say on stderr before the rest is dropped. */
export const searchErrorBytesMax = 4 * 1024;
/** Longer than a path of the kernel: folders are opened one in the other, so that deeper trees can be reached, too. */
export const pathCharsMax = 8_192;
/** Links followed in one path; the kernel's own limit is 40. */
export const linksFollowedMax = 40;
/** Names looked at on the way along one path: each `..` walks anew from the root, which makes long paths quadratic. */
export const walkStepsMax = 2_000;
/** Names offered when a path does not exist. */
export const nearestNamesMax = 5;
/** A file written in one call: the model's answer that holds it is bounded too. */
export const writeBytesMax = 10 * 1024 * 1024;
/** A file edited in place is held in memory some three times over. */
export const editFileBytesMax = 10 * 1024 * 1024;
/** All files of one edit together, before and after: they are held until the last one is written. */
export const editTotalBytesMax = 64 * 1024 * 1024;
/** Files of one edit, and edits of one file: more is a script's work. */
export const editFilesMax = 50;
export const editsPerFileMax = 100;
/** Line numbers that an ambiguous edit names. */
export const matchLinesNamedMax = 5;
/** Bytes of one raw read; larger files are read range by range. */
export const readRangeBytesMax = 1024 * 1024;
