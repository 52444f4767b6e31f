import assert from "node:assert/strict";
import { test } from "node:test";
import { callFilter } from "./call-filter.ts";
import { denialGroups } from "./denied-calls.ts";

const x64 = 0xc000_003e;
const arm64 = 0xc000_00b7;
const verdictAllow = "allow";

interface Call {
  readonly architecture: number;
  readonly number: number;
  readonly arguments?: readonly bigint[];
}

/** Runs the program on a call as the kernel does. */
function judge(program: Buffer, { architecture, number, arguments: given = [] }: Call): string {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(architecture, 4);
  given.forEach((value, at) => data.writeBigUInt64LE(value, 16 + 8 * at));
  let register = 0;
  for (let at = 0; at < program.length / 8; at++) {
    const code = program.readUInt16LE(8 * at);
    const value = program.readUInt32LE(8 * at + 4);
    const [yes, no] = [program.readUInt8(8 * at + 2), program.readUInt8(8 * at + 3)];
    if (code === 0x20) register = data.readUInt32LE(value);
    else if (code === 0x05) at += value;
    else if (code === 0x15) at += register === value ? yes : no;
    else if (code === 0x35) at += register >= value ? yes : no;
    else if (code === 0x45) at += (register & value) !== 0 ? yes : no;
    else if (code === 0x06) return verdictOf(value);
    else throw new Error(`no instruction of ours: ${code}`);
  }
  throw new Error("the program ends without a verdict");
}

function verdictOf(value: number): string {
  if (value === 0x7fff_0000) return verdictAllow;
  if (value === 0x8000_0000) return "kill";
  return `error ${value & 0xffff}`;
}

const program = callFilter();

test("W10 every call on the list is denied on both architectures", () => {
  for (const { calls, when, answer } of denialGroups) {
    if (when.type !== "always") continue;
    for (const [name, numbers] of Object.entries(calls)) {
      const expected = { EPERM: "error 1", ENOSYS: "error 38", EAFNOSUPPORT: "error 97" }[answer];
      if (numbers.x64 !== null)
        assert.equal(judge(program, { architecture: x64, number: numbers.x64 }), expected, name);
      if (numbers.arm64 !== null)
        assert.equal(judge(program, { architecture: arm64, number: numbers.arm64 }), expected, name);
    }
  }
});

test("W10 a thread and a fork are allowed, a new namespace is not, whatever the upper half of the flags says", () => {
  const thread = 0x3d_0f00n;
  const fork = 0x0120_0011n;
  const upperHalf = 0xffff_ffff_0000_0000n;
  for (const [architecture, clone, unshare] of [
    [x64, 56, 272],
    [arm64, 220, 97],
  ] as const) {
    for (const flags of [thread, fork, thread | upperHalf]) {
      assert.equal(judge(program, { architecture, number: clone, arguments: [flags] }), verdictAllow);
    }
    for (const namespace of [0x1000_0000n, 0x2_0000n, 0x4000_0000n, 0x1000_0000n | fork | upperHalf]) {
      assert.equal(judge(program, { architecture, number: clone, arguments: [namespace] }), "error 1");
      assert.equal(judge(program, { architecture, number: unshare, arguments: [namespace] }), "error 1");
    }
    // CLONE_FILES: a program may separate what is its own.
    assert.equal(judge(program, { architecture, number: unshare, arguments: [0x400n] }), verdictAllow);
    assert.equal(judge(program, { architecture, number: unshare, arguments: [0x80n] }), "error 1");
  }
});

test("W10 sockets of the network and of the machine are allowed, those of the hypervisor and others are not", () => {
  for (const [architecture, socket] of [
    [x64, 41],
    [x64, 53],
    [arm64, 198],
    [arm64, 199],
  ] as const) {
    const family = (value: bigint) => judge(program, { architecture, number: socket, arguments: [value] });
    assert.deepEqual([1n, 2n, 10n, 16n].map(family), Array(4).fill(verdictAllow));
    // AF_PACKET, AF_ALG, AF_VSOCK, and AF_VSOCK with bits that the kernel does not look at.
    assert.deepEqual([17n, 38n, 40n, 0x1_0000_0028n].map(family), Array(4).fill("error 97"));
  }
});

test("W10 nothing is typed into a terminal; other ioctl calls are allowed", () => {
  for (const [architecture, ioctl] of [
    [x64, 16],
    [arm64, 29],
  ] as const) {
    const command = (value: bigint) =>
      judge(program, { architecture, number: ioctl, arguments: [0n, value] });
    assert.deepEqual([0x5412n, 0x541cn, 0xffff_ffff_0000_5412n].map(command), Array(3).fill("error 1"));
    assert.equal(command(0x5413n), verdictAllow);
  }
});

test("W10 other architectures are killed; calls newer than the list and those of x32 do not exist", () => {
  const i386 = 0x4000_0003;
  const arm = 0x4000_0028;
  for (const architecture of [i386, arm, 0]) {
    assert.equal(judge(program, { architecture, number: 1 }), "kill");
  }
  const x32Write = 0x4000_0001;
  for (const number of [x32Write, 467, 1_000, -1]) {
    assert.equal(judge(program, { architecture: x64, number }), "error 38");
  }
  assert.equal(judge(program, { architecture: arm64, number: 467 }), "error 38");
});

test("W10 what ordinary programs and debuggers need is allowed", () => {
  // read, write, openat, execve, ptrace, process_vm_readv, seccomp, prctl, memfd_create, landlock_create_ruleset, pidfd_open, mseal.
  const ordinary = [
    [x64, [0, 1, 257, 59, 101, 310, 317, 157, 319, 444, 434, 462]],
    [arm64, [63, 64, 56, 221, 117, 270, 277, 167, 279, 444, 434, 462]],
  ] as const;
  for (const [architecture, numbers] of ordinary) {
    for (const number of numbers)
      assert.equal(judge(program, { architecture, number }), verdictAllow, String(number));
  }
});

test("W10 the program is one the kernel takes: at most 4,096 instructions", () => {
  assert.equal(program.length % 8, 0);
  assert.ok(program.length / 8 <= 4_096);
});
