// Writes the program by which the kernel judges each system call of a workspace (seccomp(2), classic BPF).
import { type DeniedWhen, denialGroups, errno, newestJudgedCall } from "./denied-calls.ts";

type Architecture = "x64" | "arm64";

// AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 (linux/audit.h).
const architectureMarks: Readonly<Record<Architecture, number>> = { x64: 0xc000_003e, arm64: 0xc000_00b7 };

// Offsets in struct seccomp_data (linux/seccomp.h). Both architectures are little-endian: the lower half comes first.
const callNumberAt = 0;
const architectureAt = 4;
const lowerHalfOfArgumentAt = (argument: number) => 16 + 8 * argument;

// What the kernel does then (SECCOMP_RET_*).
const allow = 0x7fff_0000;
const killProcess = 0x8000_0000;
const failWith = (error: keyof typeof errno) => 0x0005_0000 | errno[error];

const load = (offset: number) => instruction(0x20, offset);
const skip = (count: number) => instruction(0x05, count);
const answer = (verdict: number) => instruction(0x06, verdict);
const ifEqual = (value: number, jumps: Jumps) => instruction(0x15, value, jumps);
const ifAtLeast = (value: number, jumps: Jumps) => instruction(0x35, value, jumps);
const ifAnyBit = (value: number, jumps: Jumps) => instruction(0x45, value, jumps);

/** How many of the next instructions to skip. */
interface Jumps {
  readonly yes: number;
  readonly no: number;
}

/** A `struct sock_filter` (linux/filter.h). */
function instruction(code: number, value: number, { yes, no }: Jumps = { yes: 0, no: 0 }): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(yes, 2);
  bytes.writeUInt8(no, 3);
  bytes.writeUInt32LE(value >>> 0, 4);
  return bytes;
}

/**
 * The filter as bubblewrap's `--seccomp` reads it: an array of `struct sock_filter`. It holds for x64 and arm64; a process that
 * makes a call of any other architecture, 32-bit ones included, is killed.
 */
export function callFilter(): Buffer {
  const [x64, arm64] = [judgeCalls("x64"), judgeCalls("arm64")];
  const program = [
    load(architectureAt),
    // Conditional jumps reach 255 instructions; a plain one reaches everywhere.
    ifEqual(architectureMarks.x64, { yes: 0, no: 1 }),
    skip(3),
    ifEqual(architectureMarks.arm64, { yes: 0, no: 1 }),
    skip(1 + x64.length),
    answer(killProcess),
    ...x64,
    ...arm64,
  ];
  return Buffer.concat(program);
}

/** Ends with a verdict whatever the call. */
function judgeCalls(architecture: Architecture): readonly Buffer[] {
  const rows = denialGroups.flatMap(({ calls, when, answer: error }) =>
    Object.values(calls).flatMap((numbers) => {
      const number = numbers[architecture];
      return number === null ? [] : judgeCall(number, when, failWith(error));
    }),
  );
  return [
    load(callNumberAt),
    // The x32 calls of x64 are among these: bit 30 marks them.
    ifAtLeast(newestJudgedCall + 1, { yes: 0, no: 1 }),
    answer(failWith("ENOSYS")),
    ...rows,
    answer(allow),
  ];
}

/** Goes on behind itself when the call is another. */
function judgeCall(number: number, when: DeniedWhen, denied: number): readonly Buffer[] {
  const judgement = judgeArguments(when, denied);
  return [ifEqual(number, { yes: 0, no: judgement.length }), ...judgement];
}

function judgeArguments(when: DeniedWhen, denied: number): readonly Buffer[] {
  switch (when.type) {
    case "always":
      return [answer(denied)];
    case "any-flag": {
      const flags = ifAnyBit(when.flags, { yes: 0, no: 1 });
      return [load(lowerHalfOfArgumentAt(when.argument)), flags, answer(denied), answer(allow)];
    }
    case "one-of":
      return matchValues(when, denied, allow);
    case "none-of":
      return matchValues(when, allow, denied);
  }
}

interface Values {
  readonly argument: number;
  readonly values: readonly number[];
}

function matchValues({ argument, values }: Values, match: number, otherwise: number): readonly Buffer[] {
  // A match skips the remaining comparisons and the verdict behind them.
  const comparisons = values.map((value, at) => ifEqual(value, { yes: values.length - at, no: 0 }));
  return [load(lowerHalfOfArgumentAt(argument)), ...comparisons, answer(otherwise), answer(match)];
}
