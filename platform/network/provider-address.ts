// Decides which addresses a model provider or an MCP server may have (SPEC A4). Pure: it looks nothing up, so it judges names as text.
// What they lead to is judged again when a socket is opened.
import { isIP } from "node:net";
import { isMetadataName, kindOfAddress } from "./address-kind.ts";

export type AddressVerdict =
  | { readonly ok: true }
  /** An explanation without the address: callers must not learn what a name leads to inside. */
  | { readonly ok: false; readonly reason: string };

export interface AddressRules {
  /** Also allows private and loopback addresses, but never link-local and metadata ones. */
  readonly allowPrivate: boolean;
  /** The variable that allows them; absent: that of model providers. */
  readonly setting?: string;
}

const urlCharsMax = 2_000;
const VISIBLE = /^[\x21-\x7e]*$/;
const FINE: AddressVerdict = { ok: true };

/** Judges a base URL as people type it. Reads numbers in any notation as browsers do (0x7f.1 is 127.0.0.1). */
export function judgeProviderUrl(text: string, rules: AddressRules): AddressVerdict {
  if (text.length > urlCharsMax) return refuse(`is longer than ${urlCharsMax} characters`);
  // URL silently drops line ends and spaces around it, so what is stored would differ from what is called.
  if (!VISIBLE.test(text))
    return refuse("must hold no spaces, line ends or characters other than visible ASCII");
  const url = URL.parse(text);
  if (url === null) return refuse("is no URL");
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return refuse("must begin with http:// or https://");
  if (url.username !== "" || url.password !== "") {
    return refuse("must not hold a user name or password: give the key as api_key");
  }
  if (url.search !== "" || url.hash !== "") return refuse("must not hold a query or fragment");
  const host = url.hostname.replace(/\.$/, "").toLowerCase();
  const literal = host.startsWith("[") ? host.slice(1, -1) : host;
  if (isIP(literal) !== 0) return judgeAddress(literal, rules);
  return judgeName(host, rules);
}

/** Judges an IP address that a name led to or that a URL contained. */
export function judgeAddress(address: string, rules: AddressRules): AddressVerdict {
  const kind = kindOfAddress(address);
  if (kind === "never") return refuse(NEVER_WORDS);
  return kind === "private" && !rules.allowPrivate ? refuse(privateWords(rules)) : FINE;
}

const NEVER_WORDS = "leads to a link-local, metadata or reserved address";

function privateWords({ setting = "EVERTURN_ALLOW_PRIVATE_PROVIDERS" }: AddressRules): string {
  return `leads to a private or loopback address, which needs ${setting}=1`;
}

function judgeName(host: string, rules: AddressRules): AddressVerdict {
  if (isMetadataName(host)) return refuse("names a metadata service");
  const isLocal = host === "localhost" || host.endsWith(".localhost");
  return isLocal && !rules.allowPrivate ? refuse(privateWords(rules)) : FINE;
}

function refuse(reason: string): AddressVerdict {
  return { ok: false, reason };
}
