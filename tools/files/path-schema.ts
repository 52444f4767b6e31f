// Argument schemas that several tools share.
import { z } from "zod";
import { pathCharsMax } from "../../workspaces/agent/files/file-limits.ts";
import { globCharsMax, patternCharsMax } from "../tool-limits.ts";

/** Arguments reach other programs, whose arguments end at a NUL. */
const withoutNul = (text: string): boolean => !text.includes("\0");
const nulFault = "must not hold a NUL character";

/** A path in the workspace or project folder; what it leads to is judged when it is opened. */
export const pathSchema = z.string().min(1).max(pathCharsMax).refine(withoutNul, nulFault);

export const patternSchema = z.string().min(1).max(patternCharsMax).refine(withoutNul, nulFault);

export const globSchema = z.string().min(1).max(globCharsMax).refine(withoutNul, nulFault);

/** A line number; bounded so that a provider's schema checker need not know 2⁵³. */
export const lineSchema = z.int().min(1).max(1_000_000_000);
