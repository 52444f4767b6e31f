// Files in a chat in a browser: pasted, dropped, chosen, refused, shown, and made large.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import type { Chat, Message } from "../../core/chat/message.ts";
import { say, transcript } from "../support/console/chat-on-page.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console/console-world.ts";

/** A picture of one pixel. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld();
});

after(() => world.stop());

async function anEmptyChat(): Promise<string> {
  return (await world.everturn.call<Chat>("POST", "/v1/chats", { title: "Files" })).id;
}

interface GivenFile {
  readonly name: string;
  readonly type: string;
  readonly base64: string;
}

/** As if somebody pasted or dropped the files. */
async function give(page: Page, how: "paste" | "drop", files: readonly GivenFile[]): Promise<void> {
  await page.getByRole("textbox", { name: "Message", exact: true }).evaluate(
    (box, given) => {
      const { DataTransfer, ClipboardEvent, DragEvent } = box.ownerDocument.defaultView;
      const data = new DataTransfer();
      for (const { name, type, base64 } of given.files) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], name, { type }));
      }
      const settings = { bubbles: true, cancelable: true };
      const event =
        given.how === "paste"
          ? new ClipboardEvent("paste", { ...settings, clipboardData: data })
          : new DragEvent("drop", { ...settings, dataTransfer: data });
      box.dispatchEvent(event);
    },
    { how, files },
  );
}

test("C5 a picture that is pasted is uploaded, sent with the message, and shown large on a click", async (t) => {
  const id = await anEmptyChat();
  const page = await world.open(t, `/chats/${id}`);
  await give(page, "paste", [{ name: "dot.png", type: "image/png", base64: PNG }]);
  const list = page.getByRole("list", { name: "Attached files" });
  await list.locator("[data-state=ready]").getByText("dot.png").waitFor();
  await say(page, "Look at this");
  const picture = transcript(page).getByRole("img", { name: "dot.png" });
  await picture.waitFor();
  await list.waitFor({ state: "detached" });
  const isLoaded = await picture.evaluate((image): Promise<boolean> => image.decode().then(() => true));
  assert.equal(isLoaded, true);
  await page.getByRole("button", { name: "Show dot.png large" }).click();
  await page.getByRole("dialog", { name: "dot.png" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "dot.png" }).waitFor({ state: "detached" });
  const { messages } = await world.everturn.call<{ messages: Message[] }>("GET", `/v1/chats/${id}/messages`);
  assert.deepEqual(
    messages.at(-1)?.content.map(({ type }) => type),
    ["file", "text"],
  );
});

test("C5 files are dropped; one that cannot be attached says why, and is not sent", async (t) => {
  const page = await world.open(t, `/chats/${await anEmptyChat()}`);
  await give(page, "drop", [
    { name: "notes.md", type: "", base64: btoa("# Notes") },
    { name: "tool.exe", type: "application/x-msdownload", base64: btoa("MZ") },
  ]);
  const list = page.getByRole("list", { name: "Attached files" });
  await list.locator("[data-state=ready]").getByText("notes.md").waitFor();
  await list.getByRole("alert").getByText("cannot be attached").waitFor();
  await say(page, "Read it");
  await transcript(page).getByRole("link", { name: "notes.md" }).waitFor();
  assert.equal(await transcript(page).getByText("tool.exe").count(), 0);
});

test("C5 what the server refuses is said at the file, and the text stays", async (t) => {
  const page = await world.open(t, `/chats/${await anEmptyChat()}`, { refusals: [400] });
  await give(page, "paste", [{ name: "lie.png", type: "image/png", base64: btoa("no picture at all") }]);
  const list = page.getByRole("list", { name: "Attached files" });
  await list.getByRole("alert").waitFor();
  assert.match(await list.getByRole("alert").innerText(), /\w{3}/);
  await list.getByRole("button", { name: "Remove lie.png" }).click();
  await list.waitFor({ state: "detached" });
});

test("C5 a text that is too long for a message is attached as a file when it is pasted", async (t) => {
  const page = await world.open(t, `/chats/${await anEmptyChat()}`);
  const box = page.getByRole("textbox", { name: "Message", exact: true });
  const paste = (letters: number) =>
    box.evaluate((area, count) => {
      const { DataTransfer, ClipboardEvent } = area.ownerDocument.defaultView;
      const data = new DataTransfer();
      data.setData("text/plain", "x".repeat(count));
      return area.dispatchEvent(
        new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: data }),
      );
    }, letters);
  assert.equal(await paste(2_000), true, "a short one is the browser's to insert");
  assert.equal(await paste(200_000), false);
  await page
    .getByRole("list", { name: "Attached files" })
    .locator("[data-state=ready]")
    .getByText("pasted.txt")
    .waitFor();
  assert.equal(await box.inputValue(), "");
});

test("C5 a draft that is too long is never cut: not by another tab, and not by a reload", async (t) => {
  const id = await anEmptyChat();
  const page = await world.open(t, `/chats/${id}`);
  const box = page.getByRole("textbox", { name: "Message", exact: true });
  await box.fill("x".repeat(100_001));
  await page.getByText("This is too long for a message").waitFor();
  const told = page.evaluate<unknown>(
    "new Promise((resolve) => addEventListener('storage', resolve, { once: true })).then(() => null)",
  );
  const second = await page.context().newPage();
  await second.goto(world.everturn.url);
  await second.getByRole("textbox", { name: "Message", exact: true }).fill("Of a new chat");
  await told;
  assert.equal((await box.inputValue()).length, 100_001);
  await page.reload();
  await box.waitFor();
  assert.equal(await box.inputValue(), "");
});
