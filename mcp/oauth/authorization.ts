// What a user is signed in with at a server, read and kept sealed.
import type {
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from "@modelcontextprotocol/client";
import type { SecretBox } from "../../platform/secrets/secret-box.ts";
import {
  boundToAuthorization,
  type GrantPlace,
  keepMcpAuthorization,
  type McpAuthorizationRow,
  type McpUser,
  readMcpAuthorization,
  renewMcpAuthorization,
} from "../../store/access/mcp-authorizations.ts";
import type { Queryable } from "../../store/database.ts";

export interface Authorization {
  readonly client?: StoredOAuthClientInformation | undefined;
  readonly tokens?: StoredOAuthTokens | undefined;
  readonly discovery?: OAuthDiscoveryState | undefined;
}

/** What an authorisation server has given, to whom, and for which address and client. */
export interface Granted {
  readonly user: McpUser;
  readonly place: GrantPlace;
  readonly authorization: Authorization;
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

/** What a sign-in came to. False: the server has changed or gone since; nothing is kept. */
export async function keepAuthorization(store: SealedStore, granted: Granted): Promise<boolean> {
  return keepMcpAuthorization(store.db, sealedRow(store, granted), granted.place);
}

/** What a refresh came to. False: the sign-in has ended since. */
export async function renewAuthorization(store: SealedStore, granted: Granted): Promise<boolean> {
  return renewMcpAuthorization(store.db, sealedRow(store, granted), granted.place);
}

function sealedRow({ secrets }: SealedStore, { user, authorization }: Granted): McpAuthorizationRow {
  const sealed = secrets.seal(JSON.stringify(authorization), boundToAuthorization(user));
  return { ...user, sealed, key_id: secrets.keyId };
}
