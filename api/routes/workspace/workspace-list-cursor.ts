// The API speaks HTTP and the store; this file: where a list of workspaces goes on, opaque to clients.
import { z } from "zod";
import { Refusal } from "../../../core/chat/refusal.ts";
import type { WorkspacePosition } from "../../../store/workspace/workspaces.ts";

const position = z.tuple([z.int().nonnegative(), z.uuid()]);

export function writeWorkspaceCursor({ created_us, id }: WorkspacePosition): string {
  return Buffer.from(JSON.stringify([created_us, id])).toString("base64url");
}

/** @throws Refusal `invalid_cursor` */
export function readWorkspaceCursor(cursor: string): WorkspacePosition {
  try {
    const [created_us, id] = position.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    return { created_us, id };
  } catch {
    throw new Refusal("invalid_cursor", "`after` is the `next_cursor` of an earlier answer");
  }
}
