// Which addresses in a model's text may become links, and how an address is shown to people.
import { shownText } from "./shown-text.ts";

const PROTOCOLS: ReadonlySet<string> = new Set(["http:", "https:", "mailto:"]);

/** The address as it is opened; null: it may not become a link. */
export function safeLink(address: string | undefined): string | null {
  if (address === undefined) return null;
  const bare = address.trim();
  if (bare.startsWith("#")) return null;
  try {
    const url = new URL(bare);
    return PROTOCOLS.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** The address for people: where it leads stands first, and nothing in it can turn the direction of writing. */
export function shownAddress(href: string): string {
  return shownText(href);
}

/** Whether the words of a link say another host than the one that it leads to. */
export function isMisleading(words: string, href: string): boolean {
  const named = /^\s*(?:https?:\/\/)?((?:[\p{L}\d-]+\.)+\p{L}{2,})(?:[/:?#\s]|$)/iu.exec(words)?.[1];
  if (named === undefined) return false;
  const host = new URL(href).host.toLowerCase();
  const said = named.toLowerCase();
  return host !== said && host !== `www.${said}` && `www.${host}` !== said;
}
