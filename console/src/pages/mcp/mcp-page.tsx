// MCP servers: the deployment's and the caller's own, with their tools and sign-ins.
import { useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { isAdmin as isAdminUser, useMe } from "../../state/sign-in.ts";
import { Button } from "../../ui/controls/button.tsx";
import { EmptyState } from "../../ui/shown/empty-state.tsx";
import { Page, Section, Shown } from "../parts/page.tsx";
import { MoreRows, Rows } from "../parts/rows.tsx";
import { type From, usePages } from "../parts/use-pages.ts";
import type { McpServer } from "../parts/wire.ts";
import { ServerForm } from "./server-form.tsx";
import { ServerRow } from "./server-row.tsx";

function loadPage(from: From, signal?: AbortSignal) {
  return everturn.mcpServers.list(from, { signal });
}

export default function McpPage() {
  const isAdmin = isAdminUser(useMe());
  const list = usePages<McpServer>(loadPage, "mcp-servers");
  const [adding, setAdding] = useState(false);
  const added = async () => {
    await list.reload();
    setAdding(false);
  };
  return (
    <Page
      title="MCP servers"
      about="MCP servers give agents more tools. Those of the deployment are for everybody, your own are for your chats."
      actions={
        <Button kind="primary" disabled={adding} onClick={() => setAdding(true)}>
          Add a server
        </Button>
      }
    >
      {adding ? (
        <Section title="New MCP server">
          <ServerForm server={null} isAdmin={isAdmin} onSaved={added} onCancel={() => setAdding(false)} />
        </Section>
      ) : null}
      <Shown of={list}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="There are no MCP servers yet">
              Add one by its address. Its tools can then be given to chats.
            </EmptyState>
          ) : (
            <>
              <Rows label="MCP servers">
                {items.map((server) => (
                  <ServerRow key={server.id} server={server} isAdmin={isAdmin} onChange={list.reload} />
                ))}
              </Rows>
              <MoreRows {...list} />
            </>
          )
        }
      </Shown>
    </Page>
  );
}
