// A terminal into a workspace, in a browser: typed into, reloaded, in two tabs, flooded, attacked, and stopped under it.
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { type ConsoleWorld, startConsoleWorld } from "../../support/console/console-world.ts";
import { runningWorkspace } from "../../support/workspace/terminal-world.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld();
});

after(() => world.stop());

const screen = (page: Page) => page.locator("[data-terminal]");

/** Opens a terminal by its button, and waits for the shell's prompt. */
async function openTerminal(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Open a terminal" }).click();
  await page.getByRole("status").getByText("Open", { exact: true }).waitFor();
  await untilShown(page, /\$/);
}

/** A line of the screen reads so. */
const untilShown = (page: Page, words: RegExp) =>
  screen(page).locator(".xterm-rows > div").filter({ hasText: words }).first().waitFor();

async function typeLine(page: Page, line: string): Promise<void> {
  await page.keyboard.type(line);
  await page.keyboard.press("Enter");
}

test("U3 a person types into a terminal, sees the answer, and finds the screen and the shell again after a reload", async (t) => {
  const id = await runningWorkspace(world.everturn);
  const page = await world.open(t, `/workspaces/${id}`);
  await openTerminal(page);
  await typeLine(page, "kept=$((40 + 2)); echo first $kept");
  await untilShown(page, /^first 42$/);
  await page.reload();
  await untilShown(page, /^first 42$/);
  await screen(page).click();
  await typeLine(page, "echo again $kept");
  await untilShown(page, /^again 42$/);
  await typeLine(page, "exit 5");
  await page.getByText("The shell ended with exit code 5.").waitFor();
  await page.getByRole("button", { name: "Open another" }).click();
  await page.getByRole("status").getByText("Open", { exact: true }).waitFor();
});

test("U2 two tabs show one terminal in step, and what is typed in one stands in the other", async (t) => {
  const id = await runningWorkspace(world.everturn);
  const one = await world.open(t, `/workspaces/${id}`);
  await openTerminal(one);
  const two = await world.open(t, `/workspaces/${id}`, { width: 700 });
  await untilShown(two, /\$/);
  await typeLine(one, "echo from-$((1 + 0))");
  for (const page of [one, two]) await untilShown(page, /^from-1$/);
  await screen(two).click();
  await typeLine(two, "echo from-$((1 + 1))");
  for (const page of [one, two]) await untilShown(page, /^from-2$/);
});
