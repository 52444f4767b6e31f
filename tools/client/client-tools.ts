// The tools that the client of a chat runs, as tools of its turns.
import type { ClientTool } from "../../core/tool/client-tool.ts";
import { clientToolsOf } from "../../core/tool/turn-options.ts";
import type { Tool } from "../tool.ts";
import { ToolError } from "../tool-error.ts";
import type { ToolSource, ToolsChat } from "../tools-of.ts";

type ClientToolsChat = ToolsChat & Parameters<typeof clientToolsOf>[0];

/** They come with the chat's row, so that they cost no query. */
export const clientToolSource: ToolSource<ClientToolsChat> = {
  toolsOf: (chat) => Promise.resolve(clientToolsOf(chat).map(toolOf)),
};

function toolOf({ name, description, parameters }: ClientTool): Tool {
  return {
    name,
    description,
    parameters,
    runs_in: "client",
    flags: {},
    // The client knows its own tool best.
    parse: (args) => ({ ok: true, args }),
    run: () => Promise.reject(new ToolError(`${name} is run by the client, and was not asked for there.`)),
  };
}
