import assert from "node:assert/strict";
import type { NetworkInterfaceInfo } from "node:os";
import { test } from "node:test";
import { publicDestinations } from "./judge-destination.ts";

function anInterface(family: "IPv4" | "IPv6", address: string, cidr: string): NetworkInterfaceInfo {
  const rest = { netmask: "", mac: "", internal: false };
  if (family === "IPv4") return { family, address, cidr, ...rest };
  return { family, address, cidr, scopeid: 0, ...rest };
}

const machine = {
  eth0: [
    anInterface("IPv4", "52.10.20.30", "52.10.20.30/24"),
    anInterface("IPv6", "2a01:4f8:1:2::1", "2a01:4f8:1:2::1/64"),
  ],
  tun0: [anInterface("IPv4", "9.9.9.10", "9.9.9.10/1")],
};
const rules = publicDestinations(() => machine);

test("W10 a filtered network leads to public addresses", () => {
  for (const address of ["8.8.8.8", "52.10.21.30", "2606:4700:4700::1111", "2a01:4f8:1:3::1"]) {
    assert.equal(rules.allowsAddress(address), true, address);
  }
});

test("W10 a filtered network does not lead to loopback, private, link-local or metadata addresses", () => {
  const inside = ["127.0.0.1", "10.0.0.7", "192.168.1.1", "172.16.0.1", "::1", "fd12::1", "::ffff:127.0.0.1"];
  const never = ["169.254.169.254", "0.0.0.0", "fe80::1%eth0", "64:ff9b::a9fe:a9fe", "224.0.0.1", "nonsense"];
  for (const address of [...inside, ...never]) assert.equal(rules.allowsAddress(address), false, address);
  assert.equal(rules.allowsName("metadata.google.internal"), false);
  assert.equal(rules.allowsName("example.com"), true);
});

test("W10 a filtered network does not lead to this machine's public addresses and its neighbours", () => {
  const own = ["52.10.20.30", "52.10.20.1", "2a01:4f8:1:2::1", "2a01:4f8:1:2:3::4", "9.9.9.10"];
  for (const address of own) assert.equal(rules.allowsAddress(address), false, address);
  // A tunnel whose network is half of all addresses is no network of neighbours.
  assert.equal(rules.allowsAddress("9.9.9.9"), true);
});
