// Tests: the list of all calls at the end of docs/rest-api.md, made from the OpenAPI document. `node test/support/docs/call-list.ts`
// writes it.
import { readFileSync, writeFileSync } from "node:fs";
import { currentDocument } from "../client/openapi-types.ts";

const page = new URL("../../../docs/rest-api.md", import.meta.url);
const HEADING = "## Every call\n";

interface Call {
  readonly tags: readonly string[];
  readonly summary: string;
}

/** The section as it should be: one table for each subject, its calls in the order of the document. */
export function renderCallList(): string {
  const calls = Object.entries(currentDocument().paths).flatMap(([path, operations]) =>
    Object.entries(operations as unknown as Readonly<Record<string, Call>>).map(([method, call]) => ({
      tag: call.tags[0] ?? "",
      row: `| \`${method.toUpperCase()} ${path}\` | ${call.summary} |`,
    })),
  );
  const tags = [...new Set(calls.map(({ tag }) => tag))];
  const tables = tags.map((tag) => {
    const rows = calls.filter((call) => call.tag === tag).map(({ row }) => row);
    return [`### ${tag}\n`, "| call | what it does |", "|---|---|", ...rows, ""].join("\n");
  });
  return [
    HEADING,
    "This list is made from the same document as `/docs`, where you find the fields.\n",
    ...tables,
  ].join("\n");
}

/** The section as it is. */
export function writtenCallList(): string {
  const text = readFileSync(page, "utf8");
  const at = text.indexOf(HEADING);
  return at < 0 ? "" : text.slice(at);
}

function writeCallList(): void {
  const text = readFileSync(page, "utf8");
  const at = text.indexOf(HEADING);
  writeFileSync(page, `${(at < 0 ? text : text.slice(0, at)).trimEnd()}\n\n${renderCallList()}`);
}

if (import.meta.main) writeCallList();
