// Tests: a list of very many chats, in a browser. In a world of its own: they are put into the database behind the server, and a feed
// that somebody follows already would not hear of them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chatList } from "../support/console/chat-on-page.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console/console-world.ts";
import { manyChats } from "../support/console/many-chats.ts";
import { scrollToEnd } from "../support/console/measure-page.ts";
import { soon } from "../support/soon.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld({ workers: 0 });
});

after(() => world.stop());

test("of ten thousand chats only those in view are on the page, and the last can be reached", async (t) => {
  await manyChats(world.everturn, 10_000);
  const page = await world.open(t, "/inbox");
  const list = chatList(page);
  await list.getByRole("link").first().waitFor();
  const oldest = list.getByText("Old chat 00001");
  // Each page that arrives makes the list longer.
  await soon("the last chat is on the page", async () => {
    if ((await oldest.count()) > 0) return true;
    await scrollToEnd(list);
    return false;
  });
  assert.ok((await list.getByRole("link").count()) < 100);
});
