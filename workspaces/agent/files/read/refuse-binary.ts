// The workspace agent runs inside the workspace. This file: tells text from what is none, by its beginning.
import { AgentError } from "../../api.ts";
import { binaryProbeBytes } from "../file-limits.ts";

/** Throws `AgentError` when the file that begins so is binary; `what` is what it cannot be: "shown", "edited". */
export function refuseBinary(beginning: Buffer, what: string): void {
  const probe = beginning.subarray(0, binaryProbeBytes);
  const isUtf16 = probe.length >= 2 && [0xfeff, 0xfffe].includes(probe.readUInt16BE(0));
  if (isUtf16) {
    throw new AgentError("binary_file", `The file is UTF-16 text, which cannot be ${what}; only UTF-8 can.`);
  }
  if (probe.includes(0)) {
    throw new AgentError("binary_file", `The file is binary and cannot be ${what} as text.`);
  }
}
