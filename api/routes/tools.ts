// The tools that chats of this deployment may have: the built-in ones, and the deployment's own (SPEC C11).
import { z } from "zod";
import type { ApiDeps } from "../deps.ts";
import { type Route, route } from "../http/route.ts";

const listedTool = z
  .strictObject({
    name: z.string(),
    description: z.string().meta({ description: "For models; of the deployment's own tools its beginning" }),
    source: z
      .enum(["built_in", "own"])
      .meta({ description: "`own`: of a module below `EVERTURN_TOOLS_DIR`, as a worker has loaded it" }),
    read_only: z.boolean(),
    destructive: z.boolean().meta({ description: "A person is asked first, unless a policy says otherwise" }),
  })
  .meta({ id: "ListedTool" });
const listedTools = z
  .strictObject({ items: z.array(listedTool), next_cursor: z.null() })
  .meta({ id: "ListedTools" });

export function toolRoutes({ listTools }: Pick<ApiDeps, "listTools">): Route[] {
  return [
    route({
      method: "get",
      path: "/v1/tools",
      summary: "List tools",
      description:
        "The built-in tools, and those that the deployment has added. Tools of MCP servers are listed by their servers. Modules that were left out are named by `/readyz`.",
      tag: "Chats",
      access: { area: "chats" },
      responses: { 200: { description: "All tools", schema: listedTools } },
      async handler() {
        const tools = await listTools();
        const items = tools.map(({ name, description, source, flags }) => ({
          name,
          description,
          source,
          read_only: flags.read_only === true,
          destructive: flags.destructive === true,
        }));
        return { status: 200, body: { items, next_cursor: null } };
      },
    }),
  ];
}
