// A terminal in tabs that nobody looks at, and one whose program fills the screen when the page is loaded again.
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page, Request } from "playwright-core";
import { type ConsoleWorld, startConsoleWorld } from "../../support/console/console-world.ts";
import { SIGHT } from "../../support/console/sight.ts";
import { openTerminal, screen, typeLine, untilShown } from "../../support/console/terminal-on-page.ts";
import { soon } from "../../support/soon.ts";
import { runningWorkspace } from "../../support/workspace/terminal-world.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld();
});

after(() => world.stop());

const isOutput = (request: Request) => /\/output(\?|$)/.test(request.url());

/** Leaves the page as somebody does who looks at another tab, until its terminal has let go of its connection. */
async function hide(page: Page): Promise<void> {
  const rests = page.waitForEvent("requestfailed", isOutput);
  await page.evaluate("look(false)");
  await page.clock.fastForward(6_000);
  await rests;
}

const linesWith = (page: Page, words: RegExp) =>
  screen(page).locator(".xterm-rows > div").filter({ hasText: words }).count();

test("U2 W5 a terminal in a tab that nobody looks at leaves its connection to others, looks in now and then, and is whole when it comes back", async (t) => {
  const id = await runningWorkspace(world.everturn);
  const page = await world.open(t, `/workspaces/${id}`);
  await page.context().addInitScript(SIGHT);
  await page.clock.install();
  await page.reload();
  await openTerminal(page);
  await typeLine(page, "echo first $((1 + 1))");
  await untilShown(page, /^first 2$/);
  await hide(page);
  const [terminal] = (
    await world.everturn.call<{ items: { id: string }[] }>("GET", `/v1/workspaces/${id}/terminals`)
  ).items;
  const path = `/v1/workspaces/${id}/terminals/${terminal?.id}`;
  await world.everturn.call("POST", `${path}/input`, { text: "echo second $((1 + 1)); touch done\r" });
  await soon("it has run", async () => {
    const { body } = await world.everturn.answer("GET", `/v1/workspaces/${id}/files?path=.`);
    return JSON.stringify(body).includes('"done"');
  });
  await world.everturn.pool.query("update workspace_terminals set used_at = now() - interval '20 minutes'");
  assert.equal(await linesWith(page, /^second 2$/), 0, "it rests");
  const looks = page.waitForEvent("response", (response) => isOutput(response.request()));
  await page.clock.fastForward(5 * 60_000);
  await looks;
  await soon("it counts as used", async () => {
    const { rows } = await world.everturn.pool.query(
      "select from workspace_terminals where used_at > now() - interval '10 minutes'",
    );
    return rows.length === 1;
  });
  const restsAgain = page.waitForEvent("requestfailed", isOutput);
  await page.clock.fastForward(10_000);
  await restsAgain;
  await page.evaluate("look(true)");
  await untilShown(page, /^second 2$/);
  for (const words of [/^first 2$/, /^second 2$/]) assert.equal(await linesWith(page, words), 1);
  await screen(page).click();
  await typeLine(page, "echo third $((1 + 1))");
  await untilShown(page, /^third 2$/);
});

/** As editors and pagers do: it fills the screen, and draws it anew when its size changes, and then alone. */
const FILLS = `
draw() {
  set -- $(stty size)
  [ "$*" = "$was" ] && return
  was="$*" times=$((times + 1))
  printf '\\033[H\\033[2Jdrawn %s times\\r\\n%s rows\\r\\n' $times $1
}
printf '\\033[?1049h'
draw
trap draw WINCH
head -c $1 /dev/zero | tr '\\0' x
touch filled
while sleep 0.1; do :; done
`;

for (const [since, bytes] of [
  ["all of its output is kept", 0],
  ["it has printed more than is kept", 400_000],
] as const) {
  test(`U3 W5 a program that fills the screen draws it anew when the page is loaded again, at its size and once: ${since}`, async (t) => {
    const id = await runningWorkspace(world.everturn);
    const files = join(world.everturn.workspacesDir, id, "files");
    const page = await world.open(t, `/workspaces/${id}`);
    await openTerminal(page);
    writeFileSync(join(files, "fills"), FILLS);
    await typeLine(page, `bash fills ${bytes}`);
    await soon("it has filled the screen", () => existsSync(join(files, "filled")));
    await soon("what it has printed is kept", async () => {
      const { rows } = await world.everturn.pool.query(
        "select from workspace_terminals where workspace_id = $1 and output_end > $2",
        [id, bytes],
      );
      return rows.length === 1;
    });
    const rows = await screen(page).locator(".xterm-rows > div").count();
    await page.reload();
    // At another size, and at its own again.
    await untilShown(page, /^drawn 3 times$/);
    await untilShown(page, new RegExp(`^${rows} rows$`));
    assert.equal(await linesWith(page, /^drawn/), 1);
    assert.equal(await linesWith(page, /x{9}|left out/), 0);
    assert.equal(await screen(page).locator(".xterm-rows > div").count(), rows);
  });
}
