// A terminal into a workspace, in a browser: typed into, reloaded, in two tabs, flooded, by keyboard, and stopped or cut off under it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ConsoleWorld, startConsoleWorld } from "../../support/console/console-world.ts";
import { seriousFindings } from "../../support/console/judge-page.ts";
import { overflowOf } from "../../support/console/measure-page.ts";
import { openTerminal, screen, typeLine, untilShown } from "../../support/console/terminal-on-page.ts";
import { runningWorkspace } from "../../support/workspace/terminal-world.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld();
});

after(() => world.stop());

test("U3 a person types into a terminal, sees the answer, and finds the screen and the shell again after a reload", async (t) => {
  const id = await runningWorkspace(world.everturn);
  const page = await world.open(t, `/workspaces/${id}`);
  await openTerminal(page);
  const hiddenPx = await page.evaluate<number>(`(() => {
    const { top, bottom } = document.querySelector("[data-terminal]").getBoundingClientRect();
    return Math.max(0, -top) + Math.max(0, bottom - window.innerHeight);
  })()`);
  assert.equal(hiddenPx, 0, "all of it is in sight");
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

test("U1 U4 a flood does not hold up the page, and Ctrl+C ends it", async (t) => {
  const id = await runningWorkspace(world.everturn);
  const page = await world.open(t, `/workspaces/${id}`);
  await openTerminal(page);
  await typeLine(page, "yes flood");
  await untilShown(page, /^flood$/);
  await page.keyboard.press("Control+c");
  await typeLine(page, "clear; echo calm $((1 + 1))");
  await untilShown(page, /^calm 2$/);
});

test("U3 the keyboard finds its way into a terminal and out of it; Tab is the shell's", async (t) => {
  const id = await runningWorkspace(world.everturn);
  const page = await world.open(t, `/workspaces/${id}`);
  await openTerminal(page);
  await typeLine(page, "mkdir completed-by-tab");
  await page.keyboard.type("cd comp");
  await page.keyboard.press("Tab");
  await untilShown(page, /cd completed-by-tab\//);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.closest('[data-terminal]')"), null);
  await page.keyboard.press("Shift+Tab");
  assert.notEqual(await page.evaluate("document.activeElement.closest('[data-terminal]')"), null);
});

test("U3 a workspace that is stopped says so in its terminal, and offers a shell when it runs again", async (t) => {
  const id = await runningWorkspace(world.everturn);
  const page = await world.open(t, `/workspaces/${id}`);
  await openTerminal(page);
  await typeLine(page, "echo last $((1 + 1))");
  await untilShown(page, /^last 2$/);
  await world.everturn.call("POST", `/v1/workspaces/${id}/stop`, {});
  await page.getByText("The workspace was stopped.").waitFor();
  await untilShown(page, /^last 2$/);
  await page.getByRole("button", { name: /^Start / }).click();
  await page.getByRole("button", { name: "Open another" }).click();
  await page.getByRole("status").getByText("Open", { exact: true }).waitFor();
});

test("U2 the API is killed under a terminal: the page says that the shell goes on, and comes back to it", async (t) => {
  const id = await runningWorkspace(world.everturn);
  const page = await world.open(t, `/workspaces/${id}`, { mayLoseServer: true });
  await openTerminal(page);
  await typeLine(page, "kept=$((20 + 1)); echo kept $kept");
  await untilShown(page, /^kept 21$/);
  await world.everturn.api.kill();
  await page.getByText("The server is away. The shell goes on; this page tries again.").waitFor();
  await page.keyboard.press("x");
  const problem = page.locator("#terminal").getByRole("alert");
  await problem.waitFor();
  await world.everturn.startApi();
  await page.getByRole("status").getByText("Open", { exact: true }).waitFor();
  await screen(page).click();
  await typeLine(page, "echo again $kept");
  await untilShown(page, /^again 21$/);
  await problem.waitFor({ state: "detached" });
  assert.equal(
    await screen(page)
      .locator(".xterm-rows > div")
      .filter({ hasText: /^kept 21$/ })
      .count(),
    1,
  );
});

test("U3 a terminal is faultless to axe and fits 320 px, dark and read aloud", async (t) => {
  const id = await runningWorkspace(world.everturn);
  const page = await world.open(t, `/workspaces/${id}`, { width: 320, height: 900, theme: "dark" });
  await openTerminal(page);
  await page.getByRole("button", { name: "Screen reader" }).click();
  await screen(page).click();
  await typeLine(
    page,
    "ls -la --color=always /; printf '\\033[31mred\\033[32m green\\033[0m done %s\\n' now",
  );
  await untilShown(page, /done now/);
  assert.deepEqual(await seriousFindings(page), []);
  assert.equal(await overflowOf(page), 0);
});
