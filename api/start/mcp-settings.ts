// What the routes of MCP servers know of the deployment. The client of MCP is loaded when somebody tests a server or signs in.
import type { Config } from "../../platform/config/config.ts";
import { createSecretBox } from "../../platform/secrets/secret-box.ts";
import type { McpSettings } from "../deps.ts";

/** What the MCP room gives the API. */
export type ApiMcp = Pick<McpSettings, "test" | "beginSignIn" | "finishSignIn">;

export function createMcpSettings(
  config: Pick<Config, "mcp" | "secretKey" | "secretKeyPrevious">,
  open: (secrets: ReturnType<typeof createSecretBox>) => Promise<ApiMcp>,
): McpSettings {
  const secrets = createSecretBox(config);
  let opened: Promise<ApiMcp> | undefined;
  const mcp = () => (opened ??= open(secrets));
  return {
    ...config.mcp,
    secrets,
    test: async (...asked) => (await mcp()).test(...asked),
    beginSignIn: async (...asked) => (await mcp()).beginSignIn(...asked),
    finishSignIn: async (...asked) => (await mcp()).finishSignIn(...asked),
  };
}
