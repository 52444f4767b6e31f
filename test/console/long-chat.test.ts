// A chat with two thousand messages in a browser, while an answer streams in at 100 parts a second (SPEC U1).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import type { Chat } from "../../core/chat/message.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console/console-world.ts";

const MESSAGES = 2_000;

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld();
});

after(() => world.stop());

/** As rows: to say it all would take the test an hour. */
async function aLongChat(): Promise<string> {
  const { id } = await world.everturn.call<Chat>("POST", "/v1/chats", { title: "Long" });
  await world.everturn.pool.query(
    `with made as (select n, nextval('message_ids') as id from generate_series(1, $2::int) n order by n)
     insert into messages (chat_id, id, turn_id, role, content, finish_reason, version)
     select $1, id, case when n % 2 = 1 then id else lag(id) over (order by n) end,
       case when n % 2 = 1 then 'user' else 'assistant' end,
       json_build_array(json_build_object('type', 'text', 'text',
         case when n % 2 = 1 then 'Question ' || n
           else 'Answer ' || n || E' with **bold** words.\\n\\n- one\\n- two\\n\\n\`\`\`js\\nlet a = ' || n || E';\\n\`\`\`\\n' end)),
       case when n % 2 = 0 then 'stop' end, 1
     from made`,
    [id, MESSAGES],
  );
  return id;
}

const WAIT_MAX_MS = 120_000;

/** Waits in the page: its policy lets no tool look for a condition that is given as text. */
function untilTrue(page: Page, condition: string): Promise<void> {
  return page.evaluate<void>(`new Promise((resolve, reject) => {
    const end = Date.now() + ${WAIT_MAX_MS};
    const look = () => {
      if (${condition}) resolve();
      else if (Date.now() > end) reject(new Error("it never came true"));
      else setTimeout(look, 100);
    };
    look();
  })`);
}

/** Scrolls up until all messages are loaded and made. */
async function loadAll(page: Page): Promise<void> {
  const script = `(() => {
    document.querySelector("[role=log]").scrollTop = 0;
    const isPending = document.querySelector("[data-pending]") !== null;
    return !isPending && document.querySelectorAll("[data-item=user]").length >= ${MESSAGES / 2};
  })()`;
  await untilTrue(page, script);
}

const FROM_END = `(() => {
  const box = document.querySelector("[role=log]");
  return Math.round(box.scrollHeight - box.scrollTop - box.clientHeight);
})()`;

function fromEnd(page: Page): Promise<number> {
  return page.evaluate<number>(FROM_END);
}

interface Place {
  readonly key: string;
  readonly top: number;
}

/** The item at the upper edge, and where it is. */
function place(page: Page): Promise<Place | null> {
  return page.evaluate<Place | null>(`(() => {
    const edge = document.querySelector("[role=log]").getBoundingClientRect().top;
    for (const item of document.querySelectorAll("[data-key]")) {
      const { top, bottom } = item.getBoundingClientRect();
      if (bottom > edge) return { key: item.dataset.key, top: Math.round(top) };
    }
    return null;
  })()`);
}

async function countLongTasks(page: Page): Promise<void> {
  await page.evaluate(`
    window.tasks = [];
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ type: "longtask" });
  `);
}

/** Names and texts of tens of thousands of elements take a browser's tools minutes: the end is looked at alone. */
async function untilWritten(page: Page, word: string): Promise<void> {
  const last = '[...document.querySelectorAll("[data-item=text]")].at(-1)';
  const script = `${last}?.textContent.includes(${JSON.stringify(word)}) === true`;
  await untilTrue(page, script);
}

function jump(page: Page): Locator {
  return page.locator("button[class*=jump]");
}

test("U1 with 2,000 messages, 100 parts a second are followed at the end and move nothing elsewhere", async (t) => {
  const { model } = world.everturn;
  model.script("long", [{ parts: 800, rate: 100, hold_until: "long-rest", hold_after: 400 }]);
  const id = await aLongChat();
  const page = await world.open(t, `/chats/${id}`);
  await untilWritten(page, `Answer ${MESSAGES} `);
  assert.ok((await fromEnd(page)) <= 1, "the chat opens at its end");
  await loadAll(page);
  const texts = await page.locator("[data-item=user] p").allTextContents();
  assert.equal(new Set(texts).size, MESSAGES / 2, "each message is there once");
  await jump(page).click();
  await untilTrue(page, `${FROM_END} <= 1`);
  await countLongTasks(page);
  await world.everturn.call("POST", `/v1/chats/${id}/messages`, { content: "#script key=long" });
  await untilWritten(page, "t400");
  assert.ok((await fromEnd(page)) <= 1, "the end is followed");
  const tasks = await page.evaluate<readonly number[]>("window.tasks");
  t.diagnostic(
    `long tasks in 400 parts at 100 a second: ${tasks.length} (${tasks.map(Math.round).join(", ")} ms)`,
  );
  await page.locator("[role=log]").evaluate((box) => {
    box.scrollTop -= 2_500;
  });
  await jump(page).waitFor();
  const before = await place(page);
  model.release("long-rest");
  await untilWritten(page, "t800");
  await page.locator("[data-chat][data-status=waiting]").waitFor();
  assert.deepEqual(await place(page), before, "what somebody reads does not move");
  await jump(page).click();
  await untilTrue(page, `${FROM_END} <= 1`);
});

/** No message is still on its way to the page. */
const ALL_MADE = 'document.querySelector("[data-pending]") === null';

test("U2 a reload keeps the place where somebody reads", async (t) => {
  const id = await aLongChat();
  const page = await world.open(t, `/chats/${id}`);
  await untilWritten(page, `Answer ${MESSAGES} `);
  await page.locator("[role=log]").evaluate((box) => {
    box.scrollTop -= 2_000;
  });
  await jump(page).waitFor();
  await untilTrue(page, ALL_MADE);
  const before = await place(page);
  await page.reload();
  await jump(page).waitFor();
  const there = `document.querySelector('[data-key="${before?.key}"]') !== null`;
  await untilTrue(page, `${there} && ${ALL_MADE}`);
  const now = await place(page);
  assert.equal(now?.key, before?.key);
});

test("a search result leads to its message, however old it is, and again when it is chosen again", async (t) => {
  await aLongChat();
  const page = await world.open(t, "/inbox");
  const sought = page.locator("[data-sought]");
  const inView = `(() => {
    const { top, bottom } = document.querySelector("[role=log]").getBoundingClientRect();
    const item = document.querySelector("[data-sought]").getBoundingClientRect();
    return item.top >= top && item.top < bottom;
  })()`;
  await page.getByRole("searchbox", { name: "Search chats" }).fill("Question 341");
  const found = page.getByRole("link", { name: /Question 341/ }).first();
  for (const round of ["first", "again"]) {
    await found.click();
    await sought.getByText("Question 341", { exact: true }).waitFor();
    assert.equal(await page.evaluate(inView), true, round);
    assert.equal(new URL(page.url()).hash, "");
    await jump(page).click();
    await sought.waitFor({ state: "detached" });
  }
  await page.evaluate("location.hash = '#message-999999999'");
  await page.getByText("This message is no longer in the chat.").waitFor();
});
