// The API speaks HTTP and the store; this file: what only admins may do.
import { Refusal } from "../../core/chat/refusal.ts";
import type { Caller } from "./caller.ts";

/** @throws Refusal forbidden */
export function requireAdmin(caller: Caller): void {
  if (caller.role !== "admin") throw new Refusal("forbidden", "only admins may do that");
}
