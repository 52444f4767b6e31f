// Tests: a whole Everturn with its console in a real browser. One world a file, a page of its own for each test.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { type Everturn, type EverturnOptions, startEverturn } from "../everturn.ts";
import { laneBrowser } from "./browser.ts";
import { type PageTrap, type TrapSettings, trapPage } from "./page-trap.ts";

/** Pictures of failed tests; CI keeps them. */
const PICTURES =
  process.env["EVERTURN_TEST_PICTURES"] ||
  fileURLToPath(new URL("../../../.data/test-pictures", import.meta.url));
/** On a machine that runs eight lanes. Nothing waits for it to pass. */
const WAIT_MAX_MS = 30_000;

export interface PageSettings extends TrapSettings {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: "light" | "dark";
  readonly reducedMotion?: boolean;
  /** Null: nobody is signed in. Absent: the world's admin. */
  readonly key?: string | null;
}

export interface ConsoleWorld {
  readonly everturn: Everturn;
  /**
   * Opens a page for this test, signed in. When the test ends, the page must have been faultless; when it has failed, a picture
   * of it is kept.
   */
  open(test: TestContext, path?: string, settings?: PageSettings): Promise<Page>;
  stop(): Promise<void>;
}

export async function startConsoleWorld(options: EverturnOptions = {}): Promise<ConsoleWorld> {
  const everturn = await startEverturn(options);
  return {
    everturn,
    async open(test, path = "/", settings = {}) {
      const context = await (await laneBrowser()).newContext(contextOptions(settings));
      context.setDefaultTimeout(WAIT_MAX_MS);
      const { key = everturn.key } = settings;
      if (key !== null) await signIn(context, everturn.url, key);
      const page = await context.newPage();
      const trap = trapPage(page, everturn.url, settings);
      test.after(() => endPage(test, page, trap));
      await page.goto(everturn.url + path);
      return page;
    },
    stop: () => everturn.stop(),
  };
}

function contextOptions({
  width = 1_280,
  height = 800,
  theme,
  reducedMotion,
}: PageSettings): BrowserContextOptions {
  return {
    viewport: { width, height },
    colorScheme: theme ?? "light",
    reducedMotion: reducedMotion === true ? "reduce" : "no-preference",
    locale: "en-GB",
  };
}

/** As the sign-in page does it; the cookie is the context's. */
async function signIn(context: BrowserContext, url: string, key: string): Promise<void> {
  const answer = await context.request.post(`${url}/session`, { data: { api_key: key } });
  assert.equal(answer.status(), 201, await answer.text());
}

async function endPage(test: TestContext, page: Page, { faults }: PageTrap): Promise<void> {
  const hasFailed =
    (test as TestContext & { readonly passed?: boolean }).passed === false || faults.length > 0;
  if (hasFailed) await keepPicture(test.name, page);
  await page.context().close();
  assert.deepEqual(faults, [], "the page logged errors or broke its policy");
}

async function keepPicture(name: string, page: Page): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  const path = join(PICTURES, `${name.replace(/\W+/g, "-").slice(0, 80)}.png`);
  await page.screenshot({ path }).then(
    () => process.stderr.write(`a picture of the failed page: ${path}\n`),
    () => undefined,
  );
}
