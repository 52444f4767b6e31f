// Lists the tools of the deployment: the built-in ones, and those that workers have loaded.
import type { ToldTool } from "../../core/tool/own-tools-report.ts";
import type { Queryable } from "../../store/database.ts";
import { listOwnTools } from "../../store/presence/worker-processes.ts";
import type { ApiDeps } from "../deps.ts";

export interface ListToolsInput {
  readonly db: Queryable;
  /** Of the workers. */
  readonly taskQueue: string;
  /** Loaded when somebody asks: an API needs no tools. */
  readonly builtIn: () => Promise<readonly ToldTool[]>;
}

export function createListTools({
  db,
  taskQueue,
  builtIn,
}: ListToolsInput): Pick<ApiDeps, "listTools" | "ownToolNames"> {
  return {
    async listTools() {
      const own = await listOwnTools(db, taskQueue);
      return [
        ...(await builtIn()).map((tool) => ({ ...tool, source: "built_in" as const })),
        ...own.map((tool) => ({ ...tool, source: "own" as const })),
      ];
    },
    async ownToolNames() {
      return new Set((await listOwnTools(db, taskQueue)).map(({ name }) => name));
    },
  };
}
