// Where a workspace's connections may lead: to public addresses, never to this machine, its network, or a cloud's metadata.
import { BlockList, isIP } from "node:net";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { isMetadataName, kindOfAddress } from "../../platform/network/address-kind.ts";

/** Whether connections may lead to an address, or, before it is looked up, to a name. */
export interface DestinationRules {
  allowsName(name: string): boolean;
  allowsAddress(address: string): boolean;
}

type Interfaces = () => Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** @param interfaces this machine's, read at each look: a VPN comes and goes */
export function publicDestinations(interfaces: Interfaces = networkInterfaces): DestinationRules {
  return {
    allowsName: (name) => !isMetadataName(name),
    allowsAddress: (address) =>
      kindOfAddress(address) === "public" && !ownNetworks(interfaces).check(address, familyOf(address)),
  };
}

// Shorter prefixes are no network of neighbours: a tunnel that takes all traffic has one.
const shortestPrefix = { IPv4: 16, IPv6: 48 };

/** The machine's own addresses and its neighbours', which may be public ones, as with IPv6 they usually are. */
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
