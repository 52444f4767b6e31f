// What a user is signed in with at a server, read and kept sealed.
import type {
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from "@modelcontextprotocol/client";
import type { SecretBox } from "../../platform/secrets/secret-box.ts";
import {
  boundToAuthorization,
  type McpUser,
  readMcpAuthorization,
  saveMcpAuthorization,
} from "../../store/access/mcp-authorizations.ts";
import type { Queryable } from "../../store/database.ts";

export interface Authorization {
  readonly client?: StoredOAuthClientInformation | undefined;
  readonly tokens?: StoredOAuthTokens | undefined;
  readonly discovery?: OAuthDiscoveryState | undefined;
}

export interface SealedStore {
  readonly db: Queryable;
  readonly secrets: SecretBox;
}

/** Null: not signed in. Throws `UnsealError`. */
export async function readAuthorization(
  { db, secrets }: SealedStore,
  user: McpUser,
): Promise<Authorization | null> {
  const row = await readMcpAuthorization(db, user);
  if (row === null) return null;
  return JSON.parse(secrets.open(row.sealed, row.key_id, boundToAuthorization(user))) as Authorization;
}

export async function saveAuthorization(
  { db, secrets }: SealedStore,
  user: McpUser,
  authorization: Authorization,
): Promise<void> {
  const sealed = secrets.seal(JSON.stringify(authorization), boundToAuthorization(user));
  await saveMcpAuthorization(db, { ...user, sealed, key_id: secrets.keyId });
}
