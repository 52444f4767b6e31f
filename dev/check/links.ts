// Every link of a Markdown page and every file of this tree that a page or a comment names must exist.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import type { CheckResult } from "./check.ts";
import { listFiles } from "./source-files.ts";

const LINK = /\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g;
/** `room/file.ts` in a page. A name with a placeholder or a pattern (`NNNN-name.sql`, `*.ts`) is no path. */
const PATH_IN_PAGE = /`([\w.-]+\/[\w./-]+\.(?:ts|mjs|sh|sql|md|yaml))`/g;
const PATH_IN_COMMENT = /^\s*(?:\/\/|\/?\*).*?\b((?:[\w-]+\/)+[\w.-]+\.(?:ts|mjs|md))\b/;

/** Reads all Markdown pages and the comments of all TypeScript files. */
export async function checkLinks(root: string): Promise<CheckResult> {
  const pages = listFiles(root, "**/*.md");
  const sources = listFiles(root, "**/*.{ts,mjs}");
  const rooms = new Set(listFiles(root, "*/**/*").map((path) => path.split("/")[0] as string));
  const faults = [
    ...(await Promise.all(pages.map((page) => faultsOfPage(root, page, rooms)))),
    ...(await Promise.all(sources.map((source) => faultsOfComments(root, source, rooms)))),
  ].flat();
  if (pages.length === 0) faults.push("no page was read");
  return { seen: `${pages.length} pages`, faults };
}

async function faultsOfPage(root: string, page: string, rooms: ReadonlySet<string>): Promise<string[]> {
  const text = await readFile(join(root, page), "utf8");
  // What stands in a code block is code, not a link.
  const prose = text.replace(/^```[^]*?^```$/gm, (block) => block.replace(/[^\n]/g, ""));
  const faults: string[] = [];
  for (const { index, 1: target = "", 2: anchor } of prose.matchAll(LINK)) {
    const path = target === "" ? page : normalize(join(dirname(page), target));
    const place = `${page}:${lineAt(prose, index)}`;
    if (!existsSync(join(root, path))) faults.push(`${place} links to ${path}, which does not exist`);
    else if (anchor !== undefined && path.endsWith(".md") && !(await hasAnchor(join(root, path), anchor)))
      faults.push(`${place} links to ${path}#${anchor}, which has no such heading`);
  }
  for (const { index, 1: path = "" } of prose.matchAll(PATH_IN_PAGE)) {
    if (isMissing(root, path, rooms))
      faults.push(`${page}:${lineAt(prose, index)} names ${path}, which does not exist`);
  }
  return faults;
}

async function faultsOfComments(root: string, source: string, rooms: ReadonlySet<string>): Promise<string[]> {
  const lines = (await readFile(join(root, source), "utf8")).split("\n");
  return lines.flatMap((line, index) => {
    const path = PATH_IN_COMMENT.exec(line)?.[1];
    return path !== undefined && isMissing(root, path, rooms)
      ? [`${source}:${index + 1} names ${path}, which does not exist`]
      : [];
  });
}

/** Paths that begin with none of our folders are somebody else's: of a package, a template or a URL. */
function isMissing(root: string, path: string, rooms: ReadonlySet<string>): boolean {
  return rooms.has(path.split("/")[0] as string) && !existsSync(join(root, path));
}

async function hasAnchor(file: string, anchor: string): Promise<boolean> {
  const headings = (await readFile(file, "utf8")).matchAll(/^#+ (.+)$/gm);
  return [...headings].some(([, heading = ""]) => anchorOf(heading) === anchor);
}

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
