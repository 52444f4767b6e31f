// Tests which addresses a model provider may have, one row per case.
import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeAddress, judgeProviderUrl } from "./provider-address.ts";
import { SPECIAL_NETWORKS } from "./special-addresses.ts";

type Verdict = "fine" | "private" | "never";

/** `fine`: always; `private`: only if allowed; `never`: not even then. */
const URLS: readonly (readonly [string, Verdict])[] = [
  ["https://api.openai.com/v1", "fine"],
  ["http://models.example.com:8080/v1", "fine"],
  ["https://8.8.8.8/v1", "fine"],
  ["https://[2606:4700:4700::1111]/v1", "fine"],
  ["https://xn--bcher-kva.example/v1", "fine"],
  ["http://vllm:8000/v1", "fine"],
  ["http://localhost:8000/v1", "private"],
  ["http://LOCALHOST.:8000/v1", "private"],
  ["http://models.localhost/v1", "private"],
  ["http://127.0.0.1:8000/v1", "private"],
  ["http://127.1/", "private"],
  ["http://2130706433/", "private"],
  ["http://0x7f000001/", "private"],
  ["http://0x7f.1/", "private"],
  ["http://0177.0.0.1/", "private"],
  ["http://017700000001/", "private"],
  ["http://10.1.2.3/", "private"],
  ["http://172.16.0.1/", "private"],
  ["http://172.31.255.255/", "private"],
  ["http://172.32.0.1/", "fine"],
  ["http://192.168.0.10:11434/v1", "private"],
  ["http://100.64.0.1/", "private"],
  ["http://198.18.0.1/", "private"],
  ["http://[::1]:8000/", "private"],
  ["http://[0:0:0:0:0:0:0:1]/", "private"],
  ["http://[fc00::1]/", "private"],
  ["http://[fd12:3456::1]/", "private"],
  ["http://[::ffff:127.0.0.1]/", "private"],
  ["http://[::ffff:7f00:1]/", "private"],
  ["http://[::127.0.0.1]/", "private"],
  ["http://[64:ff9b::10.0.0.1]/", "private"],
  ["http://[2002:7f00:1::]/", "private"],
  ["http://[64:ff9b::8.8.8.8]/", "fine"],
  ["http://[::ffff:8.8.8.8]/", "fine"],
  ["http://169.254.169.254/latest/meta-data", "never"],
  ["http://169.254.0.1/", "never"],
  ["http://2852039166/", "never"],
  ["http://0xa9fea9fe/", "never"],
  ["http://0251.0376.0251.0376/", "never"],
  ["http://169.254.43518/", "never"],
  ["http://①⑥⑨.254.169.254/", "never"],
  ["http://[::ffff:169.254.169.254]/", "never"],
  ["http://[::ffff:a9fe:a9fe]/", "never"],
  ["http://[64:ff9b::169.254.169.254]/", "never"],
  ["http://[2002:a9fe:a9fe::]/", "never"],
  ["http://[fe80::1]/", "never"],
  ["http://[febf::1]/", "never"],
  ["http://[fd00:ec2::254]/", "never"],
  ["http://[fd20:ce::254]/", "never"],
  ["http://100.100.100.200/", "never"],
  ["http://168.63.129.16/", "never"],
  ["http://192.0.0.192/", "never"],
  ["http://0.0.0.0:8000/", "never"],
  ["http://0/", "never"],
  ["http://[::]/", "never"],
  ["http://224.0.0.1/", "never"],
  ["http://255.255.255.255/", "never"],
  ["http://[ff02::1]/", "never"],
  ["http://192.0.0.9/", "never"],
  ["http://192.0.2.1/", "never"],
  ["http://192.31.196.1/", "never"],
  ["http://192.52.193.1/", "never"],
  ["http://192.88.99.1/", "never"],
  ["http://192.175.48.6/", "never"],
  ["http://198.51.100.7/", "never"],
  ["http://203.0.113.7/", "never"],
  ["http://192.88.98.255/", "fine"],
  ["http://192.88.100.0/", "fine"],
  ["http://[2001::1]/", "never"],
  ["http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", "never"],
  ["http://[2001:1::1]/", "never"],
  ["http://[2001:2::1]/", "never"],
  ["http://[2001:20::1]/", "never"],
  ["http://[2001:1ff:ffff::1]/", "never"],
  ["http://[2001:200::1]/", "fine"],
  ["http://[2001:db8::1]/", "never"],
  ["http://[2620:4f:8000::1]/", "never"],
  ["http://[3fff::1]/", "never"],
  ["http://[3fff:fff:ffff::1]/", "never"],
  ["http://[3fff:1000::1]/", "fine"],
  ["http://[5f00::1]/", "never"],
  ["http://[64:ff9b:1::1]/", "never"],
  ["http://[64:ff9b:1::8.8.8.8]/", "never"],
  ["http://[64:ff9b:1:a9fe:a9:fe00::]/", "never"],
  ["http://[64:ff9b:2::1]/", "never"],
  ["http://[100::1]/", "never"],
  ["http://[100:0:0:1::1]/", "never"],
  ["http://[4000::1]/", "never"],
  ["http://[fec0::1]/", "private"],
  ["http://[2a00:1450::5efe:8.8.8.8]/", "fine"],
  ["http://[2a00:1450::200:5efe:10.0.0.1]/", "private"],
  ["http://[fd12::5efe:169.254.169.254]/", "never"],
  ["http://[::ffff:192.88.99.1]/", "never"],
  ["http://[::ffff:0:203.0.113.7]/", "never"],
  ["http://[64:ff9b::192.52.193.1]/", "never"],
  ["http://[2002:c058:6301::]/", "never"],
  ["https://models.example.com/v1\n", "never"],
  [" https://models.example.com/v1", "never"],
  ["https://models.exa\tmple.com/v1", "never"],
  ["https://models.example.com/a b", "never"],
  ["https://m\u00f6dels.example.com/v1", "never"],
  ["https://models.example.com/v1\u200b", "never"],
  ["http://metadata.google.internal/", "never"],
  ["http://METADATA.google.internal./", "never"],
  ["http://metadata/", "never"],
  ["http://instance-data/latest", "never"],
  ["ftp://models.example.com/", "never"],
  ["file:///etc/passwd", "never"],
  ["javascript:alert(1)", "never"],
  ["https://user:secret@models.example.com/", "never"],
  ["https://user@models.example.com/", "never"],
  ["https://models.example.com/v1?key=secret", "never"],
  ["https://models.example.com/v1#part", "never"],
  ["models.example.com", "never"],
  ["https://", "never"],
  ["", "never"],
  [`https://models.example.com/${"x".repeat(2_000)}`, "never"],
];

for (const [url, verdict] of URLS) {
  const words = { fine: "is allowed", private: "needs private addresses allowed", never: "is never allowed" };
  test(`A4 ${url.slice(0, 60) || "an empty text"} ${words[verdict]}`, () => {
    const judged = [false, true].map((allowPrivate) => judgeProviderUrl(url, { allowPrivate }).ok);
    const expected = { fine: [true, true], private: [false, true], never: [false, false] };
    assert.deepEqual(judged, expected[verdict]);
  });
}

test("A4 what a name leads to is judged as an address, including zones and nonsense", () => {
  const rules = { allowPrivate: true };
  const judged = [
    "93.184.216.34",
    "10.0.0.1",
    "fe80::1%eth0",
    "::ffff:169.254.169.254",
    "",
    "example.com",
  ].map((address) => judgeAddress(address, rules).ok);
  assert.deepEqual(judged, [true, true, false, false, false, false]);
});

test("A5 a refusal repeats neither the address nor anything in it", () => {
  const verdict = judgeProviderUrl("https://user:planted-secret@10.0.0.1/", { allowPrivate: false });
  assert.doesNotMatch(JSON.stringify(verdict), /planted-secret|10\.0\.0\.1/);
});

test("A4 the registries' data can be read: every network is one, and no network lies twice in it", () => {
  const networks = SPECIAL_NETWORKS.map(({ network }) => network);
  assert.equal(new Set(networks).size, networks.length);
  for (const { network, use } of SPECIAL_NETWORKS) {
    const address = network.split("/")[0] as string;
    const allowed = [false, true].map((allowPrivate) => judgeAddress(address, { allowPrivate }).ok);
    assert.deepEqual(allowed, use === "never" ? [false, false] : [false, true], network);
  }
});
