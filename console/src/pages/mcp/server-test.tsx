// Connects to an MCP server and shows its tools, each with what the server says of it and whether agents may have it.

import { shownText } from "../../chat/markdown/shown-text.ts";
import { everturn } from "../../state/everturn.ts";
import { Button } from "../../ui/controls/button.tsx";
import { Shown } from "../parts/page.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { Row, Rows, StateWords } from "../parts/rows.tsx";
import { spanWords } from "../parts/span-words.ts";
import { useAct } from "../parts/use-act.ts";
import { useLoad } from "../parts/use-load.ts";
import type { McpServer, McpServerTest } from "../parts/wire.ts";
import { allows, listsWith } from "./allowed-tools.ts";

interface ServerTestInput {
  readonly server: McpServer;
  readonly mayChange: boolean;
  readonly onChange: () => Promise<void>;
}

export function ServerTest({ server, mayChange, onChange }: ServerTestInput) {
  const test = useLoad((signal) => everturn.mcpServers.test(server.id, { signal, retriesMax: 0 }), server.id);
  return (
    <div aria-busy={test.loading}>
      <Shown of={test} loading="Connecting…">
        {(result) => (
          <>
            <p role="status">
              <StateWords tone={result.ok ? "good" : "bad"}>
                {shownText(result.message)} ({spanWords(result.latency_ms)})
              </StateWords>
              {result.needs_sign_in ? " Sign in there first." : null}
            </p>
            <Button size="small" disabled={test.loading} onClick={() => void test.reload()}>
              Test again
            </Button>
            {result.tools.length === 0 ? null : (
              <Rows label={`Tools of ${server.name}`}>
                {result.tools.map((tool) => (
                  <ToolRow
                    key={tool.name}
                    tool={tool}
                    server={server}
                    mayChange={mayChange}
                    onChange={onChange}
                  />
                ))}
              </Rows>
            )}
          </>
        )}
      </Shown>
    </div>
  );
}

type Tool = McpServerTest["tools"][number];

function ToolRow({ tool, server, mayChange, onChange }: ServerTestInput & { readonly tool: Tool }) {
  const { busy, error, run } = useAct();
  const isAllowed = allows(server, tool.name);
  const toggle = async () => {
    await everturn.mcpServers.update(server.id, listsWith(server, tool.name, !isAllowed));
    await onChange();
  };
  const name = shownText(tool.name);
  return (
    <Row
      title={name}
      state={
        <StateWords tone={isAllowed ? "good" : "quiet"}>{isAllowed ? "Allowed" : "Kept away"}</StateWords>
      }
      about={
        <>
          {shownText(tool.description)} <em>{hintsOf(tool)}</em>
        </>
      }
      actions={
        mayChange ? (
          <Button
            size="small"
            disabled={busy}
            aria-label={`${isAllowed ? "Deny" : "Allow"} ${name}`}
            onClick={() => run(toggle)}
          >
            {isAllowed ? "Deny" : "Allow"}
          </Button>
        ) : undefined
      }
    >
      {error === null ? null : <ProblemNotice error={error} />}
    </Row>
  );
}

function hintsOf({ read_only, idempotent, destructive }: Tool): string {
  if (read_only) return "Only reads.";
  const change = destructive ? "May destroy something." : "Changes something, but destroys nothing.";
  return idempotent ? `${change} Doing it twice is as doing it once.` : change;
}
