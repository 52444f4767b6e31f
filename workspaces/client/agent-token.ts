// The tokens of workspaces' agents are derived, never stored: whoever holds the secret key can make them again.
import { createHmac } from "node:crypto";

// Says what the key is used for here, so that no other use of it ever gives the same bytes.
const tokenDomain = "everturn workspace agent token v1\n";

export interface AgentKeys {
  readonly secretKey: Uint8Array;
  /** The key before the last change: agents that were started under it still run. */
  readonly secretKeyPrevious?: Uint8Array | undefined;
}

/** What the agent of this workspace is shown on every call. Learning it tells nothing of other workspaces or of the key. */
export function agentTokenOf(secretKey: Uint8Array, workspaceId: string): string {
  return createHmac("sha256", secretKey).update(tokenDomain).update(workspaceId).digest("base64url");
}

/** The token for agents that are started now, then the one that a running agent may still have. */
export function agentTokensOf(keys: AgentKeys, workspaceId: string): readonly [string, ...string[]] {
  const { secretKey, secretKeyPrevious } = keys;
  const current = agentTokenOf(secretKey, workspaceId);
  return secretKeyPrevious === undefined
    ? [current]
    : [current, agentTokenOf(secretKeyPrevious, workspaceId)];
}
