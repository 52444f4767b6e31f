// The limits of files and searches, each with its reason.
import { toolResultBytesMax } from "../../../core/chat/limits.ts";

/** JSON bytes of the items in a result. The rest of a tool result's limit is for its other fields, so that nothing is cut again. */
export const collectedBytesMax = toolResultBytesMax - 2 * 1024;
/** Lines of one view (SPEC W6). */
export const viewLinesMax = 2_000;
/** A larger file is not a source file, and counting its lines would keep the disk busy. */
export const viewFileBytesMax = 64 * 1024 * 1024;
/** How much of a file is searched for a NUL byte. Text has none, and binary formats have one in their header. */
export const binaryProbeBytes = 8 * 1024;
export const readChunkBytes = 64 * 1024;
export const listEntriesMax = 500;
/** Names read from one folder before sorting. Limits memory for folders with millions of files. */
export const folderNamesMax = 20_000;
export const grepMatchesMax = 200;
/** Characters shown of a matching line. Minified files have lines of megabytes. */
export const grepLineCharsMax = 400;
export const findPathsMax = 500;
/** A search that takes longer is too wide to be useful. */
export const searchTimeMaxMs = 10_000;
/** Bytes kept of a search's stderr. */
export const searchErrorBytesMax = 4 * 1024;
/** Longer than the kernel's limit: folders are opened inside each other, so deeper trees can be reached. */
export const pathCharsMax = 8_192;
/** Links followed in one path, as in the kernel. */
export const linksFollowedMax = 40;
/** Names looked at along one path. Each `..` walks from the root again, so long paths take quadratic time. */
export const walkStepsMax = 2_000;
/** How many similar names are offered for a path that does not exist. */
export const nearestNamesMax = 5;
/** A file written in one call. The model's answer that contains it is limited, too. */
export const writeBytesMax = 10 * 1024 * 1024;
/** An edited file is in memory about three times. */
export const editFileBytesMax = 10 * 1024 * 1024;
/** All files of one edit together, before and after. They stay in memory until the last one is written. */
export const editTotalBytesMax = 64 * 1024 * 1024;
/** Files of one call, and edits of one file. Scripts can edit more. */
export const editFilesMax = 50;
export const editsPerFileMax = 100;
/** How many line numbers the error of an ambiguous edit names. */
export const matchLinesNamedMax = 5;
/** Bytes of one raw read. Larger files are read in several ranges. */
export const readRangeBytesMax = 1024 * 1024;
