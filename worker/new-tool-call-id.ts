// The worker is a composition root. This file: ids of tool calls.
import { randomBytes } from "node:crypto";

/** 96 random bits, so unique in any chat (SPEC L13); letters and digits only, since providers restrict what an id may hold. */
export function newToolCallId(): string {
  return `call_${randomBytes(12).toString("hex")}`;
}
