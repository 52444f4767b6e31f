// An MCP server in the list: its state in words, and what can be done with it.
import { type ReactNode, useState } from "react";
import { shownText } from "../../chat/markdown/shown-text.ts";
import { everturn } from "../../state/everturn.ts";
import { Button } from "../../ui/controls/button.tsx";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { Row, StateWords, type Tone } from "../parts/rows.tsx";
import { useAct } from "../parts/use-act.ts";
import type { McpServer } from "../parts/wire.ts";
import { ServerForm } from "./server-form.tsx";
import { ServerTest } from "./server-test.tsx";
import { SignIn } from "./sign-in.tsx";

interface ServerRowInput {
  readonly server: McpServer;
  readonly isAdmin: boolean;
  readonly onChange: () => Promise<void>;
}

type Opened = "form" | "test" | null;

export function ServerRow({ server, isAdmin, onChange }: ServerRowInput) {
  const [opened, setOpened] = useState<Opened>(null);
  const { busy, error, run } = useAct();
  const { id, name, enabled } = server;
  const mayChange = server.owner === "me" || isAdmin;
  const toggle = async () => {
    await everturn.mcpServers.update(id, { enabled: !enabled });
    await onChange();
  };
  const remove = async () => {
    await everturn.mcpServers.delete(id);
    await onChange();
  };
  const saved = async () => {
    await onChange();
    setOpened(null);
  };
  const open = (what: Opened) => setOpened(opened === what ? null : what);
  const state = stateOf(server);
  const actions = (
    <>
      {server.auth === "oauth" && server.authorized !== true ? (
        <SignIn server={server} onSignedIn={onChange} />
      ) : null}
      <Button size="small" aria-label={`Tools of ${name}`} onClick={() => open("test")}>
        Tools
      </Button>
      {mayChange ? (
        <>
          <Button
            size="small"
            disabled={busy}
            aria-label={`${enabled ? "Disable" : "Enable"} ${name}`}
            onClick={() => run(toggle)}
          >
            {enabled ? "Disable" : "Enable"}
          </Button>
          <Button size="small" aria-label={`Edit ${name}`} onClick={() => open("form")}>
            Edit
          </Button>
          <ConfirmButton
            label="Delete"
            name={name}
            question={`Delete ${name}?`}
            confirm="Delete the server"
            act={remove}
          >
            <p>Chats that have it lose its tools. Sign-ins there are forgotten.</p>
          </ConfirmButton>
        </>
      ) : null}
    </>
  );
  const inside: Readonly<Record<"form" | "test", ReactNode>> = {
    form: <ServerForm server={server} isAdmin={isAdmin} onSaved={saved} onCancel={() => setOpened(null)} />,
    test: <ServerTest server={server} mayChange={mayChange} onChange={onChange} />,
  };
  return (
    <Row
      title={name}
      state={<StateWords tone={state.tone}>{state.words}</StateWords>}
      about={aboutServer(server)}
      actions={actions}
    >
      {error === null ? null : <ProblemNotice error={error} />}
      {opened === null ? null : inside[opened]}
    </Row>
  );
}

function stateOf(server: McpServer): { readonly tone: Tone; readonly words: string } {
  if (!server.enabled) return { tone: "quiet", words: "Disabled" };
  if (server.authorized === false) return { tone: "bad", words: "You are not signed in there" };
  if (server.authorized === true) return { tone: "good", words: "Enabled, signed in" };
  return { tone: "good", words: "Enabled" };
}

function aboutServer({ slug, transport, owner, allow, deny }: McpServer): string {
  const where =
    transport.type === "http"
      ? transport.url
      : transport.command && [transport.command, ...(transport.args ?? [])].join(" ");
  const said = [
    `${slug}__…`,
    where === null ? (transport.type === "http" ? "at an address" : "a program") : shownText(where),
    owner === "deployment" ? "for everybody" : "your own",
    allow === null ? null : `${allow.length} tools allowed`,
    deny.length === 0 ? null : `${deny.length} denied`,
  ];
  return said.filter((part) => part !== null).join(" · ");
}
