// Tests: what a person does with a chat on the page, and what they see of it.
import type { Locator, Page } from "playwright-core";

/** Writes a message and sends it by Enter. Several lines are written as they are. */
export async function say(page: Page, words: string): Promise<void> {
  const field = page.getByRole("textbox", { name: "Message", exact: true });
  await field.fill(words);
  await field.press("Enter");
}

/** The list of messages of the chat that is shown. */
export function transcript(page: Page): Locator {
  return page.getByLabel("Messages", { exact: true });
}

/** The list of chats in the sidebar. */
export function chatList(page: Page): Locator {
  return page.getByRole("navigation", { name: "Chats" });
}

/** The id of the chat that the address names, once it names one. */
export async function shownChatId(page: Page): Promise<string> {
  await page.waitForURL(/\/chats\/[\w-]+/);
  return new URL(page.url()).pathname.split("/")[2] ?? "";
}
