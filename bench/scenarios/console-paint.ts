// Scenario: the console in a real browser. From the provider's write of a part to the paint of it, in an empty chat and in one of 2,000
// messages; and how long the page takes to be usable once its files are cached. The floor is a reader beside it, which paints nothing.
import { randomUUID } from "node:crypto";
import { Client } from "pg";
import type { Browser, Page } from "playwright-core";
import { buildConsole } from "../../dev/console/build-console.ts";
import { launchChromium } from "../../test/support/console/browser.ts";
import { findOrInstallChromium } from "../../test/support/console/find-chromium.ts";
import { type EverturnAddress, post, sendMessage, watchChat } from "../clients/everturn-client.ts";
import { isCaughtUp, isPart, isRest, stampsIn } from "../clients/frames.ts";
import { now } from "../clock.ts";
import { type Row, row } from "../row.ts";
import type { Scenario } from "../scenario.ts";

const longMessages = 2_000;
const rate = 100;
const parts = 1_000;
const partsQuick = 300;
const loads = 20;
const loadsQuick = 5;
/** They compile what the next ones run. */
const partsDropped = 100;
const pageWaitMaxMs = 60_000;
const longTaskMs = 50;

export const consolePaint: Scenario = {
  name: "console-paint",
  liveBus: "postgres",
  async run({ stack, everturn, isQuick, note }) {
    await buildConsole();
    const browser = await launchChromium(await findOrInstallChromium(process.env, note));
    try {
      const rows: Row[] = [];
      for (const messages of [0, longMessages]) {
        const chat = await chatOf(everturn, stack.databaseUrl, messages);
        const count = isQuick ? partsQuick : parts;
        rows.push(...(await measurePaint(everturn, browser, { chat, messages, count })));
      }
      return [...rows, await measureLoads(everturn, browser, isQuick ? loadsQuick : loads)];
    } finally {
      await browser.close();
    }
  },
};

/** A resting chat with so many messages, as rows: to say them would take an hour. */
async function chatOf(everturn: EverturnAddress, databaseUrl: string, messages: number): Promise<string> {
  const { id } = await post<{ id: string }>(everturn, "/v1/chats", { title: "Bench" });
  const db = new Client({ connectionString: databaseUrl });
  await db.connect();
  await db.query(
    `with made as (select n, nextval('message_ids') as id from generate_series(1, $2::int) n order by n)
     insert into messages (chat_id, id, turn_id, role, content, finish_reason, version)
     select $1, id, case when n % 2 = 1 then id else lag(id) over (order by n) end,
       case when n % 2 = 1 then 'user' else 'assistant' end,
       json_build_array(json_build_object('type', 'text', 'text', 'Message ' || n || E' with **bold** words.\\n\\n- one\\n- two')),
       case when n % 2 = 0 then 'stop' end, 1
     from made`,
    [id, messages],
  );
  await db.end();
  return id;
}

async function openPage(everturn: EverturnAddress, browser: Browser, path: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 } });
  context.setDefaultTimeout(pageWaitMaxMs);
  await context.request.post(`${everturn.url}/session`, { data: { api_key: everturn.key } });
  const page = await context.newPage();
  await page.goto(everturn.url + path);
  return page;
}

interface PaintInput {
  readonly chat: string;
  readonly messages: number;
  readonly count: number;
}

async function measurePaint(
  everturn: EverturnAddress,
  browser: Browser,
  { chat, messages, count }: PaintInput,
): Promise<Row[]> {
  const page = await openPage(everturn, browser, `/chats/${chat}`);
  await showAll(page, messages);
  await page.evaluate(WATCH_PAINTS);
  const read: number[] = [];
  const reader = watchChat(everturn, chat, (frame, at) => {
    if (isPart(frame)) read.push(...stampsIn(frame).map((stamp) => at - stamp));
  });
  await reader.next(isCaughtUp);
  const rest = reader.next(isRest);
  await sendMessage(everturn, chat, { key: randomUUID(), parts: count, rate, stamp: true });
  await rest;
  await page.locator("[data-chat][data-status=waiting]").waitFor();
  const { paints, tasks } = await page.evaluate<{ paints: number[]; tasks: number[] }>("window.bench");
  reader.close();
  await page.context().close();
  const of = `${rate} parts/s in a chat of ${messages} messages`;
  return [
    row(`from part to paint, ${of}`, paints.slice(partsDropped), { floor: read.slice(partsDropped) }),
    row(`… times the page was held for ${longTaskMs} ms or more`, [tasks.length], { unit: "times" }),
  ];
}

/** Scrolls to the beginning until every message is made, and back to the end. */
async function showAll(page: Page, messages: number): Promise<void> {
  await page.locator("[role=log]").waitFor();
  await page.evaluate(`new Promise((resolve) => {
    const log = document.querySelector("[role=log]");
    const look = () => {
      log.scrollTop = 0;
      const made = document.querySelectorAll("[data-item=user]").length;
      if (made < ${messages / 2} || document.querySelector("[data-pending]") !== null) return setTimeout(look, 100);
      log.scrollTop = log.scrollHeight;
      requestAnimationFrame(() => setTimeout(resolve, 500));
    };
    look();
  })`);
}

/** A message to oneself that is sent when the text has changed arrives when that has been painted. */
const WATCH_PAINTS = `
  window.bench = { paints: [], tasks: [] };
  new PerformanceObserver((list) => window.bench.tasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: "longtask" });
  const painted = new MessageChannel();
  let isAsked = false;
  let from = 0;
  const stamp = /@(\\d{13}\\.\\d{3})/g;
  painted.port1.onmessage = () => {
    isAsked = false;
    const at = performance.timeOrigin + performance.now();
    const text = [...document.querySelectorAll("[data-item=text]")].at(-1)?.textContent ?? "";
    stamp.lastIndex = from;
    for (let found = stamp.exec(text); found !== null; found = stamp.exec(text)) {
      window.bench.paints.push(at - Number(found[1]));
      from = stamp.lastIndex;
    }
  };
  new MutationObserver(() => {
    if (isAsked) return;
    isAsked = true;
    painted.port2.postMessage(0);
  }).observe(document.querySelector("[role=log]"), { subtree: true, childList: true, characterData: true });
`;

async function measureLoads(everturn: EverturnAddress, browser: Browser, count: number): Promise<Row> {
  const page = await openPage(everturn, browser, "/");
  const composer = page.getByRole("textbox", { name: "Message", exact: true });
  await composer.waitFor();
  const samples: number[] = [];
  for (let i = 0; i < count; i++) {
    const startedAt = now();
    await page.reload({ waitUntil: "commit" });
    await composer.waitFor();
    samples.push(now() - startedAt);
  }
  await page.context().close();
  const aims = [{ type: "at-most", of: "p50", value: 1_000 }] as const;
  return row("the console's first page until one can type, files cached", samples, { aims });
}
