// The demo with `--console`, as a person runs it: a process of its own on a stack of its own, and a browser that watches.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { SCENES } from "../../cli/demo/scenes.ts";
import { laneBrowser } from "../support/console/browser.ts";
import { chatList, transcript } from "../support/console/chat-on-page.ts";
import { trapPage } from "../support/console/page-trap.ts";

const CLI = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const LOOK_EVERY_MS = 50;
const folder = mkdtempSync(join(tmpdir(), "everturn-demo-test-"));
// Open to the user that Postgres runs as when the tests run as root.
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));

/** Nobody's addresses and keys: everything embedded, the demo model, and no stack that runs here. */
function startDemo(...args: string[]) {
  const { PATH, HOME, TEMPORAL_CLI_PATH } = process.env;
  const child = spawn(process.execPath, [CLI, "demo", ...args], {
    env: {
      PATH,
      HOME,
      ...(TEMPORAL_CLI_PATH !== undefined && { TEMPORAL_CLI_PATH }),
      TMPDIR: folder,
      EVERTURN_DATA_DIR: join(folder, "none"),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let isOver = false;
  const ended = once(child, "close") as Promise<[number | null]>;
  void ended.then(() => (isOver = true));
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  /** Resolves when the terminal shows it. */
  const printed = async (what: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = what.exec(output);
      if (found !== null) return found;
      if (isOver) throw new Error(`the demo ended without ${what}:\n${output}`);
      await delay(LOOK_EVERY_MS);
    }
  };
  return { output: () => output, ended, printed };
}

test("U9 the demo plays its scenes in the console: answers go on behind killed workers, and the person decides in the page", async (t) => {
  const demo = startDemo("--console", "--no-open", "--pause", "0");
  const [address] = await demo.printed(/^http\S+\/sign-in\?to=\S+#ek_\S+$/m);
  const context = await (await laneBrowser()).newContext({ viewport: { width: 1_280, height: 800 } });
  t.after(() => context.close());
  const page = await context.newPage();
  // The stack ends with the demo.
  const { faults } = trapPage(page, new URL(address).origin, { refusals: [401], mayLoseServer: true });
  await page.goto(address);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "The demo's conversation" }).waitFor();
  await demo.printed(/6\. The worker dies in mid-answer[^]*kill -9 \d+[^]*stored = streamed/);
  await transcript(page).getByText("1 2 3 4").last().waitFor();
  for (const title of ["The demo's program", "The demo's ferry"]) {
    await demo.printed(new RegExp(`choose “${title}”`, "i"));
    await chatList(page).getByRole("link", { name: title }).click();
    await page.getByRole("heading", { name: title }).waitFor();
  }
  await demo.printed(/Press Allow in the card/);
  await page.getByRole("button", { name: /^Allow/ }).click();
  const [code] = await demo.ended;
  const output = demo.output();
  assert.equal(code, 0, output);
  for (const { title, look } of SCENES) {
    assert.ok(output.includes(title), output);
    assert.ok(output.replaceAll(/\s+/g, " ").includes(look), look);
  }
  assert.equal(output.match(/stored = streamed/g)?.length, SCENES.length, output);
  assert.doesNotMatch(output, /You +approved/, "the page was quicker than the demo");
  assert.doesNotMatch(output, /^ {3}Model /m, "what the page shows is not told again");
  assert.deepEqual(faults, [], "the page logged errors or broke its policy");
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith("everturn-demo-")),
    [],
  );
});

test("the demo says in one line what is wrong with its options, and explains them", async () => {
  const outputOf = async (...args: string[]) => {
    const demo = startDemo(...args);
    const [code] = await demo.ended;
    return `${code} ${demo.output().trim()}`;
  };
  const [help, alone, pause] = await Promise.all([
    outputOf("--help"),
    outputOf("--no-open"),
    outputOf("--console", "--pause", "soon"),
  ]);
  assert.match(help, /^0 npm run demo [^]*--console[^]*--pause SECONDS/);
  assert.equal(alone, "1 --no-open and --pause belong to --console.");
  assert.equal(pause, "1 --pause wants seconds from 0 to 600, not “soon”.");
});
