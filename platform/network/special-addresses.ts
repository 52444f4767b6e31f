// Networks in which no model provider can be, as data. Pure.
// Sources: IANA's registries of special-purpose addresses for IPv4 and IPv6
// (iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry) as of 2024-10-22, with RFC 9780 of
// 2025; multicast by RFC 5771 and RFC 4291; the addresses at which clouds serve their machines' credentials, by their
// own documentation as of November 2026.

/** `never`: nobody's model is there. `private`: the deployment's own machine or network, where the deployment allows those. */
export type SpecialUse = "never" | "private";

export interface SpecialNetwork {
  readonly network: string;
  readonly use: SpecialUse;
  readonly name: string;
}

export const SPECIAL_NETWORKS: readonly SpecialNetwork[] = [
  // IPv4, all of the registry. The first means loopback on Linux.
  { network: "0.0.0.0/8", use: "never", name: "this network (RFC 791)" },
  { network: "10.0.0.0/8", use: "private", name: "private use (RFC 1918)" },
  { network: "100.64.0.0/10", use: "private", name: "shared address space (RFC 6598)" },
  { network: "127.0.0.0/8", use: "private", name: "loopback (RFC 1122)" },
  { network: "169.254.0.0/16", use: "never", name: "link-local, with most clouds' metadata (RFC 3927)" },
  { network: "172.16.0.0/12", use: "private", name: "private use (RFC 1918)" },
  {
    network: "192.0.0.0/24",
    use: "never",
    name: "IETF protocol assignments (RFC 6890), with Oracle's metadata",
  },
  { network: "192.0.2.0/24", use: "never", name: "documentation (RFC 5737)" },
  { network: "192.31.196.0/24", use: "never", name: "AS112 (RFC 7535)" },
  { network: "192.52.193.0/24", use: "never", name: "AMT (RFC 7450)" },
  { network: "192.88.99.0/24", use: "never", name: "6to4 relays, deprecated (RFC 7526)" },
  { network: "192.168.0.0/16", use: "private", name: "private use (RFC 1918)" },
  { network: "192.175.48.0/24", use: "never", name: "AS112, delegated directly (RFC 7534)" },
  { network: "198.18.0.0/15", use: "private", name: "benchmarking (RFC 2544)" },
  { network: "198.51.100.0/24", use: "never", name: "documentation (RFC 5737)" },
  { network: "203.0.113.0/24", use: "never", name: "documentation (RFC 5737)" },
  { network: "224.0.0.0/4", use: "never", name: "multicast (RFC 5771)" },
  { network: "240.0.0.0/4", use: "never", name: "reserved, and broadcast (RFC 1112, RFC 8190)" },
  // IPv6, all of the registry except those that contain an IPv4 address, which is judged instead.
  { network: "::/128", use: "never", name: "unspecified (RFC 4291)" },
  { network: "::1/128", use: "private", name: "loopback (RFC 4291)" },
  { network: "64:ff9b:1::/48", use: "never", name: "translation to IPv4 of the network's choice (RFC 8215)" },
  { network: "100::/64", use: "never", name: "discard-only (RFC 6666)" },
  { network: "100:0:0:1::/64", use: "never", name: "dummy prefix (RFC 9780)" },
  {
    network: "2001::/23",
    use: "never",
    name: "IETF protocol assignments (RFC 2928): Teredo, benchmarking, AMT, ORCHID and others",
  },
  { network: "2001:db8::/32", use: "never", name: "documentation (RFC 3849)" },
  { network: "2620:4f:8000::/48", use: "never", name: "AS112, delegated directly (RFC 7534)" },
  { network: "3fff::/20", use: "never", name: "documentation (RFC 9637)" },
  { network: "5f00::/16", use: "never", name: "SRv6 segment identifiers (RFC 9602)" },
  { network: "fc00::/7", use: "private", name: "unique local (RFC 4193)" },
  { network: "fe80::/10", use: "never", name: "link-local (RFC 4291)" },
  { network: "fec0::/10", use: "private", name: "site-local, deprecated (RFC 3879)" },
  { network: "ff00::/8", use: "never", name: "multicast (RFC 4291)" },
  // Inside networks that are otherwise public or private.
  { network: "168.63.129.16/32", use: "never", name: "Azure's host" },
  { network: "100.100.100.200/32", use: "never", name: "Alibaba's metadata" },
  { network: "fd00:ec2::/32", use: "never", name: "Amazon's metadata" },
  { network: "fd20:ce::254/128", use: "never", name: "Google's metadata" },
];

/** All IPv6 addresses that are assigned on the internet (RFC 4291). What is neither here nor above belongs to nobody. */
export const GLOBAL_UNICAST_IPV6 = "2000::/3";
