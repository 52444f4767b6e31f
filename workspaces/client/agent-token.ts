// Workspaces: the token of a workspace's agent is derived, never stored: whoever holds the secret key can make it again.
import { createHmac } from "node:crypto";

// Says what the key is used for here, so that no other use of it ever gives the same bytes.
const tokenDomain = "everturn workspace agent token v1\n";

/** What the agent of this workspace is shown on every call. Learning it tells nothing of other workspaces or of the key. */
export function agentTokenOf(secretKey: Uint8Array, workspaceId: string): string {
  return createHmac("sha256", secretKey).update(tokenDomain).update(workspaceId).digest("base64url");
}
