// Tests: a whole Everturn with its console in a real browser. One world a file, a page of its own for each test.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { type Everturn, type EverturnOptions, startEverturn } from "../everturn.ts";
import { laneBrowser } from "./browser.ts";
import { type PageTrap, type TrapSettings, trapPage } from "./page-trap.ts";
import { keepPicture } from "./pictures.ts";

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
   * Opens a page for this test, signed in. When the test ends, the page must have been faultless, and a picture of it is kept.
   */
  open(test: TestContext, path?: string, settings?: PageSettings): Promise<Page>;
  stop(): Promise<void>;
}

export async function startConsoleWorld(options: EverturnOptions = {}): Promise<ConsoleWorld> {
  const everturn = await startEverturn(options);
  const tests = new WeakSet<TestContext>();
  return {
    everturn,
    async open(test, path = "/", settings = {}) {
      const context = await (await laneBrowser()).newContext(contextOptions(settings));
      context.setDefaultTimeout(WAIT_MAX_MS);
      const { key = everturn.key } = settings;
      if (key !== null) await signIn(context, everturn.url, key);
      const page = await context.newPage();
      const trap = trapPage(page, everturn.url, settings);
      const isFirst = !tests.has(test);
      tests.add(test);
      test.after(() => endPage(test, { page, trap, isFirst }));
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

interface OpenedPage {
  readonly page: Page;
  readonly trap: PageTrap;
  /** The first one of its test. */
  readonly isFirst: boolean;
}

async function endPage(test: TestContext, { page, trap, isFirst }: OpenedPage): Promise<void> {
  const { faults } = trap;
  const hasFailed =
    (test as TestContext & { readonly passed?: boolean }).passed === false || faults.length > 0;
  if (hasFailed || isFirst) await keepPicture(page, test.name, hasFailed ? "failed" : "passed");
  await page.context().close();
  assert.deepEqual(faults, [], "the page logged errors or broke its policy");
}
