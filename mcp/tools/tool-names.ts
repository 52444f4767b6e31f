// Names of tools as models see them: `slug__tool`, unique in a chat and valid for every provider (SPEC C4). Pure.
import { createHash } from "node:crypto";
import { toolNameCharsMax } from "../limits.ts";
import type { McpServer } from "../server.ts";

const VALID = new RegExp(`^[A-Za-z0-9_-]{1,${toolNameCharsMax}}$`);
const hashDigits = 8;

type Named = Pick<McpServer, "id" | "slug" | "is_deployments">;

/**
 * The prefixes of a chat's servers, by server id. A user's server with the slug of one of the deployment's gets another, so that
 * neither's names depend on which tools they have.
 */
export function serverPrefixes(servers: readonly Named[]): ReadonlyMap<string, string> {
  const deployments = new Set(servers.filter((each) => each.is_deployments).map(({ slug }) => slug));
  return new Map(
    servers.map(({ id, slug, is_deployments }) => [
      id,
      !is_deployments && deployments.has(slug) ? `${slug}-${hashOf(id).slice(0, 4)}` : slug,
    ]),
  );
}

/** The same for the same prefix and tool, whatever other tools there are. */
export function modelToolName(prefix: string, tool: string): string {
  const plain = `${prefix}__${tool}`;
  if (VALID.test(plain)) return plain;
  const suffix = `_${hashOf(tool).slice(0, hashDigits)}`;
  return plain.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, toolNameCharsMax - suffix.length) + suffix;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
