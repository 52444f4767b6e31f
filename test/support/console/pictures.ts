// Tests: pictures of the pages, one of each test at its end, for people to look at. CI keeps the folder. They never fail a test.
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

export const PICTURES_FOLDER =
  process.env["EVERTURN_TEST_PICTURES"] ||
  fileURLToPath(new URL("../../../.data/test-pictures", import.meta.url));
/** About 40 MB. */
const picturesMax = 400;
const takenWithinMs = 5_000;

/** Takes away those of the run before. */
export function forgetPictures(): void {
  if (!existsSync(PICTURES_FOLDER)) return;
  for (const name of readdirSync(PICTURES_FOLDER))
    if (name.endsWith(".png")) rmSync(join(PICTURES_FOLDER, name), { force: true });
}

/** @param outcome `failed` pages are kept however many there are */
export async function keepPicture(page: Page, name: string, outcome: "passed" | "failed"): Promise<void> {
  try {
    mkdirSync(PICTURES_FOLDER, { recursive: true });
    if (outcome === "passed" && readdirSync(PICTURES_FOLDER).length >= picturesMax) return;
    const words = name.replace(/\W+/g, "-").slice(0, 100);
    const path = join(PICTURES_FOLDER, `${outcome === "failed" ? "failed-" : ""}${words}.png`);
    await page.screenshot({ path, timeout: takenWithinMs });
    if (outcome === "failed") process.stderr.write(`a picture of the failed page: ${path}\n`);
  } catch {
    // The page or the browser is gone, or the disk is full.
  }
}
