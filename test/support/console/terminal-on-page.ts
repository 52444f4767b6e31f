// Tests: a terminal on the page of its workspace.
import type { Page } from "playwright-core";

export const screen = (page: Page) => page.locator("[data-terminal]");

/** Opens a terminal by its button, and waits for the shell's prompt. */
export async function openTerminal(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Open a terminal" }).click();
  await page.getByRole("status").getByText("Open", { exact: true }).waitFor();
  await untilShown(page, /\$/);
}

/** A line of the screen reads so. */
export const untilShown = (page: Page, words: RegExp) =>
  screen(page).locator(".xterm-rows > div").filter({ hasText: words }).first().waitFor();

export async function typeLine(page: Page, line: string): Promise<void> {
  await page.keyboard.type(line);
  await page.keyboard.press("Enter");
}
