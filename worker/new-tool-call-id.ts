// Makes ids of tool calls.
import { randomBytes } from "node:crypto";

/**
 * 96 random bits, so unique in any chat (SPEC L13). Letters and digits only, because providers restrict what an id may
 * contain.
 */
export function newToolCallId(): string {
  return `call_${randomBytes(12).toString("hex")}`;
}
