// Tests: what can be measured of a page. The scripts run in the browser, whose names Node does not know.
import type { Locator, Page } from "playwright-core";

/** Whether the page's ground is dark. */
export async function isDark(page: Page): Promise<boolean> {
  const color = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
  return Number(/\d+/.exec(color)?.[0] ?? 255) < 128;
}

/** How many pixels the page is wider than its window, or its main part than its place, which scrolls by itself. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate<number>(`Math.max(
    document.documentElement.scrollWidth - window.innerWidth,
    ...[...document.querySelectorAll("#page")].map((main) => main.scrollWidth - main.clientWidth),
  )`);
}

/** Scrolls an element to its end, once. */
export function scrollToEnd(element: Locator): Promise<void> {
  return element.evaluate((it) => {
    const scrolled = it as unknown as { scrollTop: number; readonly scrollHeight: number };
    scrolled.scrollTop = scrolled.scrollHeight;
  });
}
