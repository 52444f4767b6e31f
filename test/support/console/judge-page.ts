// Tests: judges a page by axe-core: what makes it hard or impossible for somebody to use.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

const AXE = fileURLToPath(import.meta.resolve("axe-core/axe.min.js"));

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Serious and critical findings, one line each with the first element of each. Runs beside the page's own policy. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(AXE, "utf8"));
  const { violations } = await page.evaluate<{ violations: Violation[] }>(
    `axe.run(document, { resultTypes: ["violations"] })`,
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(placeWords).join(" | ")}`);
}

/** The element, and what is wrong with it. */
function placeWords({ html, failureSummary = "" }: Violation["nodes"][number]): string {
  const why = failureSummary.split("\n").at(1)?.trim() ?? "";
  return `${html.slice(0, 160)} (${why.slice(0, 240)})`;
}
