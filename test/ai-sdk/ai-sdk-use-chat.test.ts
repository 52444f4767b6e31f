// Tests: the hook `useChat` of three majors, unchanged, on a page that React renders.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  clientTransport,
  MAJORS,
  type Major,
  shownText,
  type UiMessage,
  useChatOf,
} from "../support/ai-sdk/ai-clients.ts";
import { openPage } from "../support/ai-sdk/ai-page.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { script } from "../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
});
after(() => everturn.stop());

type Hook = ReturnType<ReturnType<typeof useChatOf>>;

/** A page with one `useChat`, and what it renders. */
class Page {
  #rendered: Hook | null = null;
  readonly #watchers = new Set<() => void>();
  readonly close: () => void;

  constructor(major: Major, chat: { id: string; resume?: boolean; messages?: readonly UiMessage[] }) {
    const useChat = useChatOf(major);
    const transport = clientTransport(major, everturn);
    this.close = openPage(() => {
      this.#rendered = useChat({ ...chat, transport });
      for (const look of this.#watchers) setImmediate(look);
      return null;
    });
  }

  get hook(): Hook {
    assert.ok(this.#rendered !== null, "nothing was rendered");
    return this.#rendered;
  }

  get last(): UiMessage | undefined {
    return this.#rendered?.messages.at(-1);
  }

  async until(what: string, holds: (hook: Hook) => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not in time: ${what}`)), 60_000);
      const look = () => {
        if (this.#rendered === null || !holds(this.#rendered)) return;
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }
}

for (const major of MAJORS) {
  describe(`useChat of ai ${major}`, () => {
    test(`T4 a page sends, streams, is reloaded in mid-answer and shows the whole answer once (ai ${major})`, async () => {
      const id = `use-chat-${major}`;
      const page = new Page(major, { id });
      await page.until("the page is ready", ({ status }) => status === "ready");
      void page.hook.sendMessage({
        text: script({ parts: 40, hold_until: id, hold_after: 20 }, id),
      });
      await page.until("half the answer", () => shownText(page.last).includes("t20"));
      assert.equal(page.hook.status, "streaming");
      const messages = page.hook.messages.slice(0, 1);
      page.close();
      const reloaded = new Page(major, { id, resume: true, messages });
      await reloaded.until("half the answer again", () => shownText(reloaded.last).includes("t20"));
      everturn.model.release(id);
      await reloaded.until("the end", ({ status }) => status === "ready");
      assert.equal(shownText(reloaded.last).trim().split(" ").length, 40);
      assert.deepEqual([reloaded.hook.messages.length, reloaded.hook.error], [2, undefined]);
      void reloaded.hook.sendMessage({ text: script({ text: "and on" }, `${id}-2`) });
      await reloaded.until("the next answer", ({ status, messages: all }) => {
        return status === "ready" && all.length === 4;
      });
      assert.equal(shownText(reloaded.last), "and on");
      reloaded.close();
    });

    test(`T1 a page that resumes a chat nobody has begun is ready (ai ${major})`, async () => {
      const page = new Page(major, { id: `fresh-${major}`, resume: true });
      await page.until("the page is ready", ({ status }) => status === "ready");
      assert.deepEqual([page.hook.messages, page.hook.error], [[], undefined]);
      page.close();
    });
  });
}
