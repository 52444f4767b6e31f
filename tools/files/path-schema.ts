// Argument schemas that several tools share.
import { z } from "zod";
import { pathCharsMax } from "../../workspaces/agent/files/file-limits.ts";
import { globCharsMax, patternCharsMax } from "../tool-limits.ts";

/** Arguments are passed to other programs, where they would end at a NUL. */
const withoutNul = (text: string): boolean => !text.includes("\0");
const nulFault = "must not hold a NUL character";

/** A path in the workspace or project folder. Where it leads is checked when it is opened. */
export const pathSchema = z.string().min(1).max(pathCharsMax).refine(withoutNul, nulFault);

export const patternSchema = z.string().min(1).max(patternCharsMax).refine(withoutNul, nulFault);

export const globSchema = z.string().min(1).max(globCharsMax).refine(withoutNul, nulFault);

/** A line number. The limit is small enough for every provider's schema checker. */
export const lineSchema = z.int().min(1).max(1_000_000_000);
