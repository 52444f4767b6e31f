// Tools: every cap of the read-only tools, unit last, each with its reason.
import { toolResultBytesMax } from "../core/limits.ts";

/** JSON bytes of what a tool collects; the rest of the result limit is for its other fields, so that nothing is cut again. */
export const collectedBytesMax = toolResultBytesMax - 2 * 1024;
/** Lines of one view (SPEC W6); more than a model reads with care. */
export const viewLinesMax = 2_000;
/** A larger file is no source file, and counting its lines would hold the worker's disk. */
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
/** From SIGTERM to SIGKILL (SPEC I2). */
export const killAfterMs = 5_000;
/** What a search may say on stderr before the rest is dropped. */
export const searchErrorBytesMax = 4 * 1024;
/** Arguments: patterns and globs are written by hand, and paths are limited by the kernel. */
export const patternCharsMax = 1_000;
export const globCharsMax = 500;
export const pathCharsMax = 4_096;
/** Alternatives that the braces of one glob may expand to: `{a,b}` thirty times over would be a billion. */
export const globAlternativesMax = 200;
/** Links followed in one path; the kernel's own limit is 40. */
export const linksFollowedMax = 40;
/** Names offered when a path does not exist. */
export const nearestNamesMax = 5;
/** Characters of a path or a name that an error repeats. */
export const quotedCharsMax = 200;
