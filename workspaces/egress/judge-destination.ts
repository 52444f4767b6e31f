// Decides where a workspace may connect: to public addresses, never to this machine, its network or a cloud's metadata.
import { BlockList, isIP } from "node:net";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { isMetadataName, kindOfAddress } from "../../platform/network/address-kind.ts";

/** Whether connections to an address are allowed; and, before it is looked up, to a name. */
export interface DestinationRules {
  allowsName(name: string): boolean;
  allowsAddress(address: string): boolean;
}

type Interfaces = () => Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** @param interfaces the machine's network interfaces, read at each check because a VPN may appear later */
export function publicDestinations(interfaces: Interfaces = networkInterfaces): DestinationRules {
  return {
    allowsName: (name) => !isMetadataName(name),
    allowsAddress: (address) =>
      kindOfAddress(address) === "public" && !ownNetworks(interfaces).check(address, familyOf(address)),
  };
}

// Shorter prefixes are no local network: a tunnel for all traffic has such a prefix.
const shortestPrefix = { IPv4: 16, IPv6: 48 };

/** The addresses of the machine and its local networks. They may be public ones, as they usually are with IPv6. */
function ownNetworks(interfaces: Interfaces): BlockList {
  const list = new BlockList();
  for (const { address, cidr, family } of Object.values(interfaces()).flatMap((found) => found ?? [])) {
    const type = family === "IPv4" ? "ipv4" : "ipv6";
    list.addAddress(address, type);
    const prefix = Number(cidr?.split("/")[1]);
    if (prefix >= shortestPrefix[family]) list.addSubnet(address, prefix, type);
  }
  return list;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}
