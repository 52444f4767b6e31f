// Decides what kind of address an IP address is, for everything that connects to addresses chosen by other people.
// Pure.
import { BlockList, isIP } from "node:net";
import { GLOBAL_UNICAST_IPV6, SPECIAL_NETWORKS, type SpecialUse } from "./special-addresses.ts";

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

/** @param host in lower case, without a dot at the end */
export function isMetadataName(host: string): boolean {
  return METADATA_NAMES.has(host);
}

/**
 * `private`: loopback and private networks. `never`: link-local, metadata and reserved addresses, and whatever is not
 * an address. An IPv6 address that stands for an IPv4 one has the worse of the two kinds.
 */
export function kindOfAddress(address: string): "public" | SpecialUse {
  // A zone (fe80::1%eth0) names only the interface.
  const plain = address.split("%", 1)[0] as string;
  const version = isIP(plain);
  if (version === 0) return "never";
  const embedded = version === 6 ? embeddedIpv4(plain) : null;
  const both = embedded === null ? [plain] : [plain, embedded];
  const isIn = (list: BlockList) => both.some((one) => list.check(one, isIP(one) === 4 ? "ipv4" : "ipv6"));
  if (isIn(NEVER)) return "never";
  if (isIn(PRIVATE)) return "private";
  return version === 4 || embedded !== null || GLOBAL_IPV6.check(plain, "ipv6") ? "public" : "never";
}

/** The IPv4 address inside an IPv6 one that leads to it: mapped, translated, compatible, NAT64, 6to4, ISATAP. */
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
  // In any network, even one of the deployment's own (RFC 5214).
  const isIsatap = ((groups[4] as number) & 0xfdff) === 0 && groups[5] === 0x5efe;
  if (isNat64 || isMapped || isTranslated || isCompatible || isIsatap)
    return ipv4(groups[6] as number, groups[7] as number);
  return null;
}

/** Eight numbers. URL writes any notation of an IPv6 address as hexadecimal groups with at most one gap. */
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
