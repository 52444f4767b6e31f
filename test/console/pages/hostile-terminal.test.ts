// What a program prints in a terminal does nothing but show (SPEC U4).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ConsoleWorld, startConsoleWorld } from "../../support/console/console-world.ts";
import { openTerminal, screen, typeLine, untilShown } from "../../support/console/terminal-on-page.ts";
import { runningWorkspace } from "../../support/workspace/terminal-world.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld();
});

after(() => world.stop());

test("U4 what a program prints can do nothing: no clipboard, no title, no window, no link by a plain click, no answer typed by a reload", async (t) => {
  const id = await runningWorkspace(world.everturn);
  const page = await world.open(t, `/workspaces/${id}`);
  await page
    .context()
    .grantPermissions(["clipboard-read", "clipboard-write"], { origin: world.everturn.url });
  await page.evaluate("navigator.clipboard.writeText('mine')");
  await openTerminal(page);
  const title = await page.title();
  await typeLine(page, `printf '${HOSTILE}'`);
  await untilShown(page, /^seen 1$/);
  // 24 bits, which xterm would set as a style attribute.
  const [colour, plain] = await Promise.all([
    page.evaluate(
      `getComputedStyle([...document.querySelectorAll(".xterm-rows span")].find(({ textContent }) => textContent === "24 bits")).color`,
    ),
    page.evaluate("getComputedStyle(document.body).color"),
  ]);
  assert.match(String(colour), /^rgb/);
  assert.notEqual(colour, plain);
  const box = await screen(page).getByText("a link").last().boundingBox();
  assert.ok(box !== null);
  await page.mouse.move(box.x + 5, box.y + 5);
  await page.getByText("Ctrl-click opens").getByText("https://evil.example/").waitFor();
  await page.mouse.click(box.x + 5, box.y + 5);
  assert.equal(await page.evaluate("navigator.clipboard.readText()"), "mine");
  assert.equal(await page.title(), title);
  assert.equal(page.context().pages().length, 1);
  // What the questions were answered with stands on the shell's line, as in any terminal, and waits for nobody's Enter.
  await page.keyboard.press("Control+c");
  await page.reload();
  await untilShown(page, /^seen 1$/);
  await screen(page).click();
  await typeLine(page, "echo seen $((1 + 1))");
  await untilShown(page, /^seen 2$/);
  // Answers to what is shown again would stand before the command.
  await untilShown(page, /^\S*\$ echo seen/);
});

/** For printf: escape sequences, then a line. */
const HOSTILE = [
  "\\033]0;stolen title\\007\\033]2;stolen title\\007",
  "\\033]52;c;ZXZpbA==\\007",
  "\\033]8;;https://evil.example/\\033\\\\a link\\033]8;;\\033\\\\ \\033]8;;javascript:alert(1)\\033\\\\another\\033]8;;\\033\\\\\\n",
  "\\033[8;5;5t\\033[3;0;0t\\033[5t\\033[21t",
  "\\033]9;notice\\007\\033]777;notify;a;b\\007\\033]1337;File=inline=1:AAAA\\007",
  "\\033[38;2;200;30;90m24 bits\\033[0m\\n",
  "\\033[c\\033[>c\\033[6n\\033[?6n\\033P$qm\\033\\\\\\033]10;?\\007\\033]4;1;?\\007",
  "\\nseen 1\\n",
].join("");
