// The console's colours: each stands in its tokens, so that light, dark and contrast are judged in one place.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CheckResult } from "./check.ts";
import { listFiles } from "./source-files.ts";

const TOKENS = "console/src/styles/tokens.css";
/** `#fff`, `rgb(…)` and their like. An anchor in an address (`#message-7`) is no colour. */
const LITERAL =
  /(?<![\w/&-])#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})(?![\w-])|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\(/i;
const NAMED =
  /:[^;]*\b(?:black|white|red|green|blue|gr[ae]y|silver|orange|yellow|purple|violet|pink|brown|navy|teal|cyan|magenta|gold)\b/i;

/** Reads all styles and components of the console, but its tokens. */
export async function checkColours(root: string): Promise<CheckResult> {
  const files = listFiles(root, "console/src/**/*.{css,ts,tsx}").filter(
    (file) => file !== TOKENS && !file.endsWith(".test.ts"),
  );
  const faults = (await Promise.all(files.map((file) => faultsOf(root, file)))).flat();
  return { seen: `${files.length} files`, faults };
}

async function faultsOf(root: string, file: string): Promise<string[]> {
  const text = await readFile(join(root, file), "utf8");
  const lines = withoutComments(text).split("\n");
  return lines.flatMap((line, index) =>
    LITERAL.test(line) || (file.endsWith(".css") && NAMED.test(line.replaceAll(/var\([^)]*\)/g, "")))
      ? [`${file}:${index + 1} has a colour that is none of ${TOKENS}: ${line.trim().slice(0, 120)}`]
      : [],
  );
}

/** Lines keep their numbers. */
function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\*[^]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ""))
    .replaceAll(/(?<!:)\/\/.*/g, "");
}
