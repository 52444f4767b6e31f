// Tests: catches what a page must never do: log an error, throw, break its policy, or ask another server for anything.
import type { ConsoleMessage, Page, Request } from "playwright-core";

/** What a test provokes on purpose. */
export interface TrapSettings {
  /** The server is killed or cut off: the browser logs each request that failed. */
  readonly mayLoseServer?: boolean;
  /** Statuses of refusals that the browser logs by itself. */
  readonly refusals?: readonly number[];
}

const NETWORK =
  /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED|INTERNET_DISCONNECTED|SOCKET_NOT_CONNECTED|NETWORK_CHANGED|ABORTED|FAILED)/;

export interface PageTrap {
  /** What the page did wrong, one line each. */
  readonly faults: readonly string[];
}

export function trapPage(page: Page, url: string, settings: TrapSettings = {}): PageTrap {
  const faults: string[] = [];
  const isExpected = (text: string) =>
    (settings.mayLoseServer === true && NETWORK.test(text)) ||
    (settings.refusals ?? []).some((status) => text.includes(`status of ${status}`));
  page.on("console", (message: ConsoleMessage) => {
    const text = `${message.text()} (${message.location().url})`;
    const isBad = message.type() === "error" || /Content.Security.Policy/i.test(text);
    if (isBad && !isExpected(text)) faults.push(`console: ${text}`);
  });
  page.on("pageerror", (error) => faults.push(`thrown: ${error.stack ?? error.message}`));
  page.on("request", (request: Request) => {
    const asked = request.url();
    if (!/^(data|blob):/.test(asked) && !asked.startsWith(url)) faults.push(`asked elsewhere: ${asked}`);
  });
  return { faults };
}
