// `npm run check`: every check of the tree at once, one line each, then the faults. Exits 1 when there is any.
import { resolve } from "node:path";
import type { Check } from "./check.ts";
import { checkColours } from "./colours.ts";
import { checkFolders } from "./folders.ts";
import { checkFormat } from "./format.ts";
import { checkImports } from "./imports/imports.ts";
import { checkLinks } from "./links.ts";
import { checkLint } from "./lint/lint.ts";
import { checkSizes } from "./lint/sizes.ts";
import { checkPlatforms } from "./platforms.ts";
import { reportChecks, runCheck } from "./report.ts";
import { checkTexts } from "./texts.ts";
import { checkTypes } from "./types.ts";
import { checkUnused } from "./unused.ts";
import { checkWorkflowBundle } from "./workflow-bundle.ts";

const checks: readonly Check[] = [
  { name: "types", run: checkTypes },
  { name: "lint", run: checkLint },
  { name: "format", run: checkFormat },
  { name: "imports", run: checkImports },
  { name: "folders", run: checkFolders },
  { name: "unused", run: checkUnused },
  { name: "workflow bundle", run: checkWorkflowBundle },
  { name: "platforms", run: checkPlatforms },
  { name: "sizes", run: checkSizes },
  { name: "texts", run: checkTexts },
  { name: "links", run: checkLinks },
  { name: "colours", run: checkColours },
];

const root = resolve(import.meta.dirname, "../..");
const outcomes = await Promise.all(checks.map((check) => runCheck(check, root)));
process.exitCode = reportChecks(outcomes, (line) => console.log(line));
