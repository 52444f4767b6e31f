import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type Audience, createAudience } from "./audience.ts";
import { createNarrator } from "./narrator.ts";
import { findOpener } from "./open-browser.ts";

const CHAT = { id: "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a", title: "The demo's conversation" };

interface Watched {
  readonly audience: Audience;
  /** What the terminal shows so far. */
  readonly shown: () => string;
  /** The person is asked to come, and a page opens one chat more. */
  readonly come: (chat?: { readonly id: string; readonly title: string }) => Promise<void>;
  readonly input: PassThrough;
  readonly apiUrl: string;
}

/** @param opens a folder with a program that opens browsers; undefined: there is none */
async function watch(
  test: TestContext,
  { opens, isPerson = false }: { opens?: string; isPerson?: boolean } = {},
): Promise<Watched> {
  let chats = 3;
  const server = createServer((_request, response) => {
    response.end(`everturn_streams{what="hubs",role="api"} ${chats}\neverturn_streams{what="open"} 9\n`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const input = new PassThrough();
  let text = "";
  const audience = createAudience({
    apiUrl,
    apiKey: "ek_secret",
    narrator: createNarrator((piece) => (text += piece)),
    pauseMs: 0,
    opens: true,
    env: opens === undefined ? {} : { PATH: `${opens}:${process.env["PATH"]}`, DISPLAY: ":0" },
    input: Object.assign(input, { isTTY: isPerson }) as unknown as NodeJS.ReadStream,
  });
  test.after(() => {
    audience.close();
    server.close();
  });
  const come = async (chat = CHAT) => {
    const [coming, shownBefore] = [audience.comeTo(chat), text.length];
    while (text.length === shownBefore) await delay(10);
    chats += 1;
    await coming;
  };
  return { audience, shown: () => text, come, input, apiUrl };
}

/** A folder with the programs that open a browser, on any system: here they only note what they were given. */
function openerFolder(test: TestContext, exitCode = 0): string {
  const folder = mkdtempSync(join(tmpdir(), "everturn-opener-"));
  test.after(() => rmSync(folder, { recursive: true }));
  for (const name of ["open", "xdg-open"]) {
    const program = join(folder, name);
    writeFileSync(program, `#!/bin/sh\necho "$1" >> "${folder}/opened"\nexit ${exitCode}\n`);
    chmodSync(program, 0o755);
  }
  return folder;
}

test("without a browser the address is printed, and the demo begins when a page shows the chat", async (t) => {
  const { shown, come, apiUrl } = await watch(t);
  await come();
  assert.match(
    shown(),
    new RegExp(`Open this address in a browser:\\n\\n${apiUrl}/sign-in\\?to=/chats/${CHAT.id}#ek_secret\\n`),
  );
  assert.match(shown(), /It is there/);
});

test("the browser is given an address without the key, which leads to the sign-in page once", async (t) => {
  const folder = openerFolder(t);
  const { come, apiUrl } = await watch(t, { opens: folder });
  await come();
  const opened = readFileSync(join(folder, "opened"), "utf8").trim();
  assert.ok(!opened.includes("ek_secret"), opened);
  const follow = () => fetch(opened, { redirect: "manual" });
  const first = await follow();
  assert.equal(first.status, 302);
  assert.equal(first.headers.get("location"), `${apiUrl}/sign-in?to=/chats/${CHAT.id}#ek_secret`);
  assert.equal((await follow()).status, 404);
  await come({ ...CHAT, id: "another" });
  assert.match(readFileSync(join(folder, "opened"), "utf8"), new RegExp(`^${apiUrl}/chats/another$`, "m"));
});

test("Enter begins without a page, and then nobody is asked to decide anything", async (t) => {
  const { audience, shown, input } = await watch(t, { isPerson: true });
  const coming = audience.comeTo(CHAT);
  while (!shown().includes("Enter begins without it")) await delay(10);
  input.write("\n");
  await coming;
  assert.match(shown(), /Nobody watches/);
  assert.equal(await audience.decide("Press Approve", () => true), false);
  await audience.comeTo({ ...CHAT, title: "Another" });
  assert.doesNotMatch(shown(), /Another|Press Approve/);
});

test("what the person decides in the page counts; Enter leaves it to the demo", async (t) => {
  const { audience, come, input } = await watch(t, { isPerson: true });
  await come();
  assert.equal(await audience.decide("Press Approve", () => true), true);
  const deciding = audience.decide("Press Approve", () => false);
  input.write("\n");
  assert.equal(await deciding, false);
});

test("a browser is opened only where there is a screen and a program for it", (t) => {
  const folder = openerFolder(t);
  const linux = (env: NodeJS.ProcessEnv) => findOpener({ PATH: folder, ...env }, "linux");
  assert.equal(linux({}), null, "it would open a browser for text, in this terminal");
  assert.equal(linux({ DISPLAY: ":0" }), join(folder, "xdg-open"));
  assert.equal(linux({ WAYLAND_DISPLAY: "wayland-0" }), join(folder, "xdg-open"));
  assert.equal(findOpener({ PATH: "/nowhere", DISPLAY: ":0" }, "linux"), null);
});
