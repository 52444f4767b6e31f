// Platform knows the process and its surroundings: which addresses a model provider may have (SPEC A4). Pure: nothing is
// looked up here, so names are judged by their words, and what they lead to is judged again when a socket is opened.
import { BlockList, isIP } from "node:net";
import { GLOBAL_UNICAST_IPV6, SPECIAL_NETWORKS, type SpecialUse } from "./special-addresses.ts";

export type AddressVerdict =
  | { readonly ok: true }
  /** In words, without the address: whoever asks must not learn what a name leads to inside. */
  | { readonly ok: false; readonly reason: string };

export interface AddressRules {
  /** Also private and loopback addresses; link-local and metadata ones never. */
  readonly allowPrivate: boolean;
}

const urlCharsMax = 2_000;
const VISIBLE = /^[\x21-\x7e]*$/;
const FINE: AddressVerdict = { ok: true };

const NEVER = blockList(networksOf("never"));
const PRIVATE = blockList(networksOf("private"));
const GLOBAL_IPV6 = blockList([GLOBAL_UNICAST_IPV6]);

const METADATA_NAMES = new Set([
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "metadata.azure.com",
  "metadata.azure.internal",
  "metadata.tencentyun.com",
  "metadata.oraclecloud.com",
  "instance-data",
  "instance-data.ec2.internal",
]);

/** Judges a base URL as people type it. Numbers in any notation are read as browsers read them (0x7f.1 is 127.0.0.1). */
export function judgeProviderUrl(text: string, rules: AddressRules): AddressVerdict {
  if (text.length > urlCharsMax) return refuse(`is longer than ${urlCharsMax} characters`);
  // URL drops line ends and blanks around without a word: what is stored would not be what is called.
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

/** Judges an IP address, as a name led to it or as it stood in a URL. */
export function judgeAddress(address: string, rules: AddressRules): AddressVerdict {
  // A zone (fe80::1%eth0) says only by which interface.
  const plain = address.split("%", 1)[0] as string;
  const version = isIP(plain);
  if (version === 0) return refuse("leads to no IP address");
  const embedded = version === 6 ? embeddedIpv4(plain) : null;
  for (const one of embedded === null ? [plain] : [plain, embedded]) {
    const family = isIP(one) === 4 ? "ipv4" : "ipv6";
    if (NEVER.check(one, family)) return refuse(NEVER_WORDS);
    if (PRIVATE.check(one, family) && !rules.allowPrivate) return refuse(PRIVATE_WORDS);
  }
  const isKnown =
    version === 4 || embedded !== null || GLOBAL_IPV6.check(plain, "ipv6") || PRIVATE.check(plain, "ipv6");
  return isKnown ? FINE : refuse(NEVER_WORDS);
}

const NEVER_WORDS = "leads to a link-local, metadata or reserved address";
const PRIVATE_WORDS =
  "leads to a private or loopback address, which needs EVERTURN_ALLOW_PRIVATE_PROVIDERS=1";

function judgeName(host: string, rules: AddressRules): AddressVerdict {
  if (METADATA_NAMES.has(host)) return refuse("names a metadata service");
  const isLocal = host === "localhost" || host.endsWith(".localhost");
  return isLocal && !rules.allowPrivate ? refuse(PRIVATE_WORDS) : FINE;
}

/** The IPv4 address inside an IPv6 one that is carried on to it: mapped, translated, compatible, NAT64, 6to4, ISATAP. */
function embeddedIpv4(address: string): string | null {
  const groups = groupsOf(address);
  if (groups.length !== 8) return null;
  const isZero = (from: number, to: number) => groups.slice(from, to).every((group) => group === 0);
  const [first, second, third] = groups as [number, number, number];
  if (first === 0x2002) return ipv4(second, third);
  const isNat64 = first === 0x64 && second === 0xff9b && isZero(2, 6);
  const isMapped = isZero(0, 5) && groups[5] === 0xffff;
  const isTranslated = isZero(0, 4) && groups[4] === 0xffff && groups[5] === 0;
  const isCompatible = isZero(0, 6) && groups[6] !== 0;
  // In any network, also one of the deployment's own (RFC 5214).
  const isIsatap = ((groups[4] as number) & 0xfdff) === 0 && groups[5] === 0x5efe;
  if (isNat64 || isMapped || isTranslated || isCompatible || isIsatap)
    return ipv4(groups[6] as number, groups[7] as number);
  return null;
}

/** Eight numbers; URL writes any notation of an IPv6 address as hexadecimal groups with at most one gap. */
function groupsOf(address: string): readonly number[] {
  const written = URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) ?? "";
  const [head = "", tail] = written.split("::");
  const parse = (text: string) =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [before, after] = [parse(head), parse(tail ?? "")];
  if (tail === undefined) return before;
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function ipv4(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

function refuse(reason: string): AddressVerdict {
  return { ok: false, reason };
}

function networksOf(use: SpecialUse): string[] {
  return SPECIAL_NETWORKS.filter((each) => each.use === use).map(({ network }) => network);
}

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = "", bits] = subnet.split("/");
    list.addSubnet(address, Number(bits), address.includes(":") ? "ipv6" : "ipv4");
  }
  return list;
}
