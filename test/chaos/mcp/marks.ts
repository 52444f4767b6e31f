// What the tools of a run's MCP servers do: each call leaves its mark in a journal, so that it can be counted how often it was made.
import { existsSync, readFileSync } from "node:fs";

/** One server is a process beside Everturn, the other a program that each worker starts. */
export const MCP_SLUGS = ["web", "program"] as const;
/** Must never be called twice for the same call. */
export const MARK_TOOL = "mark";
/** Says that it only reads: the call may be made again. */
export const READ_TOOL = "read";

/** As `MARK_TOOL`, and a person is asked first. */
export const ASKED_TOOL = "careful";
/** Run by clients. */
export const CLIENT_TOOL = "pick";

/** What a call with this mark answers. */
export function answerTo(mark: string): string {
  return `saw ${mark}`;
}

/** How often each mark was left, one a line. */
export function readMarks(file: string): Map<string, number> {
  const marks = new Map<string, number>();
  if (!existsSync(file)) return marks;
  for (const mark of readFileSync(file, "utf8").split("\n")) {
    if (mark !== "") marks.set(mark, (marks.get(mark) ?? 0) + 1);
  }
  return marks;
}
