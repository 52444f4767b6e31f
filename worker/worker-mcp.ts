// The worker's MCP client. It is loaded when the first chat needs it: most workers never do.
import { mcpServersOf } from "../core/tool/chat-profile.ts";
import type { openWorkerMcp, WorkerMcpDeps } from "../mcp/open-mcp.ts";
import type { Config } from "../platform/config/config.ts";
import type { Logger } from "../platform/logger.ts";
import { createSecretBox } from "../platform/secrets/secret-box.ts";
import type { Pool } from "../store/database.ts";
import type { ChatRow } from "../store/row/chat-row.ts";
import type { ToolSource } from "../tools/tools-of.ts";

export interface WorkerMcp {
  readonly source: (processesOf: WorkerMcpDeps["processesOf"]) => ToolSource<ChatRow>;
  close(): Promise<void>;
}

export function createWorkerMcp(
  config: Pick<Config, "mcp" | "secretKey" | "secretKeyPrevious">,
  { pool, logger }: { readonly pool: Pool; readonly logger: Logger },
): WorkerMcp {
  let opened: Promise<ReturnType<typeof openWorkerMcp>> | undefined;
  const open = (processesOf: WorkerMcpDeps["processesOf"]) => {
    const deps = { ...config.mcp, db: pool, secrets: createSecretBox(config), logger, processesOf };
    opened ??= import("../mcp/open-mcp.ts").then((mcp) => mcp.openWorkerMcp(deps));
    return opened;
  };
  return {
    source: (processesOf) => ({
      async toolsOf(chat) {
        if (mcpServersOf(chat).length === 0) return [];
        return (await open(processesOf)).source.toolsOf(chat);
      },
    }),
    async close() {
      await (await opened)?.close();
    },
  };
}
