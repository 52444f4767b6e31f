// The form of an MCP server: where it is, how Everturn signs in there, and which of its tools agents may have.
import { everturn } from "../../state/everturn.ts";
import { FieldColumns, FormBody, MoreFields } from "../parts/forms/form-body.tsx";
import { CheckField, SelectField, TextField } from "../parts/forms/form-fields.tsx";
import { type Form, useForm } from "../parts/forms/use-form.ts";
import type { McpServer } from "../parts/wire.ts";
import { checkServer, fieldOf, type ServerValues, toChange, toNew, toValues } from "./server-values.ts";

interface ServerFormInput {
  /** Null: a new one. */
  readonly server: McpServer | null;
  readonly isAdmin: boolean;
  readonly onSaved: () => Promise<void>;
  readonly onCancel: () => void;
}

export function ServerForm({ server, isAdmin, onSaved, onCancel }: ServerFormInput) {
  const form = useForm<ServerValues>({
    initial: toValues(server),
    check: checkServer,
    fieldOf,
    send: async (values) => {
      if (server === null) await everturn.mcpServers.create(toNew(values));
      else await everturn.mcpServers.update(server.id, toChange(server, values));
      await onSaved();
    },
  });
  return (
    <FormBody form={form} submit="Save" submitting="Saving…" onCancel={onCancel}>
      <FieldColumns>
        <TextField form={form} name="name" label="Name" />
        <TextField form={form} name="slug" label="Short name" hint="Its tools are called short-name__tool." />
      </FieldColumns>
      {server === null && isAdmin ? (
        <SelectField
          form={form}
          name="owner"
          label="For whom"
          options={[
            ["me", "For my chats"],
            ["deployment", "For everybody"],
          ]}
        />
      ) : null}
      <SelectField
        form={form}
        name="type"
        label="How it is reached"
        options={[
          ["http", "At an address (HTTP)"],
          ["stdio", "As a program (stdio)"],
        ]}
      />
      {form.values.type === "http" ? (
        <HttpFields form={form} server={server} />
      ) : (
        <StdioFields form={form} server={server} />
      )}
      <MoreFields title="Which of its tools agents may have">
        <ToolFields form={form} />
      </MoreFields>
      <CheckField form={form} name="enabled" label="Enabled" />
    </FormBody>
  );
}

interface PartInput {
  readonly form: Form<ServerValues>;
  readonly server: McpServer | null;
}

function HttpFields({ form, server }: PartInput) {
  const names = server?.transport.type === "http" ? server.transport.header_names : [];
  return (
    <>
      <TextField form={form} name="url" type="url" label="Address" placeholder="https://example.com/mcp" />
      <SelectField
        form={form}
        name="auth"
        label="Sign-in"
        options={[
          ["none", "None"],
          ["bearer", "A token that you give"],
          ["oauth", "OAuth: you sign in at the server"],
        ]}
      />
      {form.values.auth === "bearer" ? (
        <TextField
          form={form}
          name="token"
          type="password"
          label="Token"
          placeholder={server?.has_token === true ? "stays as it is" : ""}
          hint="Stored encrypted, and never shown again."
        />
      ) : null}
      {form.values.auth === "oauth" ? <OauthFields form={form} server={server} /> : null}
      <MoreFields title="Headers">
        <TextField
          form={form}
          name="headers"
          label="Headers"
          rows={3}
          mono
          placeholder="X-Team: research"
          hint={storedWords(names, "One a line. Stored encrypted, and never shown again.")}
        />
      </MoreFields>
    </>
  );
}

function OauthFields({ form, server }: PartInput) {
  return (
    <MoreFields title="A client of your own at the server">
      <TextField
        form={form}
        name="client_id"
        label="Client id"
        hint="Without one, Everturn registers itself."
      />
      <TextField
        form={form}
        name="client_secret"
        type="password"
        label="Client secret"
        placeholder={server?.oauth?.has_client_secret === true ? "stays as it is" : ""}
      />
      <TextField form={form} name="scope" label="Scope" />
    </MoreFields>
  );
}

function StdioFields({ form, server }: PartInput) {
  const names = server?.transport.type === "stdio" ? server.transport.env_names : [];
  const where =
    form.values.owner === "deployment"
      ? "It runs beside the worker, as its user. The operator must allow that (EVERTURN_MCP_STDIO)."
      : "It runs in the workspace of each chat that has it.";
  return (
    <>
      <TextField form={form} name="command" label="Program" mono hint={where} />
      <TextField form={form} name="args" label="Arguments" rows={3} mono hint="One a line." />
      <TextField
        form={form}
        name="env"
        label="Variables"
        rows={3}
        mono
        placeholder="NAME=value"
        hint={storedWords(names, "One a line. Stored encrypted, and never shown again.")}
      />
    </>
  );
}

function storedWords(names: readonly string[], words: string): string {
  if (names.length === 0) return words;
  return `${words} Stored now: ${names.join(", ")}. If you write any here, all of these are replaced.`;
}

function ToolFields({ form }: Pick<PartInput, "form">) {
  return (
    <>
      <CheckField form={form} name="only" label="Only those that I list" />
      {form.values.only ? (
        <TextField
          form={form}
          name="allow"
          label="Allowed tools"
          rows={4}
          mono
          hint="One a line, as the server calls them."
        />
      ) : null}
      <TextField
        form={form}
        name="deny"
        label="Denied tools"
        rows={3}
        mono
        hint="One a line. They win over the allowed ones."
      />
    </>
  );
}
