// The form of a profile.
import { everturn } from "../../state/everturn.ts";
import { CheckField as PlainCheckField } from "../../ui/controls/field.tsx";
import { EFFORTS } from "../parts/forms/efforts.ts";
import { FieldColumns, FormBody } from "../parts/forms/form-body.tsx";
import { CheckField, faultAt, SelectField, TextField } from "../parts/forms/form-fields.tsx";
import { PolicyEditor } from "../parts/forms/policy-editor.tsx";
import { type Form, useForm } from "../parts/forms/use-form.ts";
import { Shown } from "../parts/page.tsx";
import { useLoad } from "../parts/use-load.ts";
import type { McpServer, ModelConfig, Profile, TemplateSummary } from "../parts/wire.ts";
import { type ProfileValues, toBody, toChange, toValues } from "./profile-values.ts";

interface ProfileFormInput {
  /** Null: a new one. */
  readonly profile: Profile | null;
  readonly onSaved: () => Promise<void>;
  readonly onCancel: () => void;
}

/** What a profile chooses among. */
interface Choices {
  readonly models: readonly ModelConfig[];
  readonly servers: readonly McpServer[];
  readonly templates: readonly TemplateSummary[];
  readonly tools: readonly string[];
}

export function ProfileForm(input: ProfileFormInput) {
  const choices = useLoad(async (signal): Promise<Choices> => {
    const [models, servers, templates, tools] = await Promise.all([
      everturn.modelConfigs.list({ signal }),
      everturn.mcpServers.list({ limit: 200 }, { signal }),
      everturn.templates.list({ signal }),
      everturn.tools.list({ signal }),
    ]);
    return {
      models: models.items,
      servers: servers.items.filter(({ owner }) => owner === "deployment"),
      templates: templates.items,
      tools: tools.items.map(({ name }) => name),
    };
  }, "choices");
  return <Shown of={choices}>{(data) => <LoadedForm {...input} choices={data} />}</Shown>;
}

function LoadedForm({
  profile,
  onSaved,
  onCancel,
  choices,
}: ProfileFormInput & { readonly choices: Choices }) {
  const form = useForm<ProfileValues>({
    initial: toValues(profile),
    send: async (values) => {
      if (profile === null) await everturn.profiles.create(toBody(values));
      else await everturn.profiles.update(profile.id, toChange(profile, values));
      await onSaved();
    },
  });
  return (
    <FormBody
      form={form}
      submit={profile === null ? "Save" : "Save as the next version"}
      submitting="Saving…"
      onCancel={onCancel}
    >
      <TextField form={form} name="name" label="Name" />
      <TextField
        form={form}
        name="system_prompt"
        label="System prompt"
        rows={6}
        hint="For chats that have none of their own."
      />
      <ModelFields form={form} choices={choices} />
      <SelectField
        form={form}
        name="template"
        label="Workspace template"
        hint="What a workspace is built from, unless the model names another one."
        options={[["", "none"], ...choices.templates.map(({ name, title }) => [name, title] as const)]}
      />
      <ToolFields form={form} choices={choices} />
      <PolicyEditor
        entries={form.values.approval_policy}
        fault={faultAt(form, "approval_policy")}
        tools={choices.tools}
        onChange={(entries) => form.set("approval_policy", entries)}
      />
    </FormBody>
  );
}

interface PartInput {
  readonly form: Form<ProfileValues>;
  readonly choices: Choices;
}

function ModelFields({ form, choices }: PartInput) {
  return (
    <FieldColumns>
      <SelectField
        form={form}
        name="model_config_id"
        label="Model"
        options={[["", "the default"], ...choices.models.map(({ id, name }) => [id, name] as const)]}
      />
      <SelectField
        form={form}
        name="reasoning_effort"
        label="Reasoning effort"
        options={[["", "the model's own"], ...EFFORTS.map((effort) => [effort, effort] as const)]}
      />
    </FieldColumns>
  );
}

function ToolFields({ form, choices }: PartInput) {
  const { some_tools, some_skills, mcp_server_ids } = form.values;
  const toggle = (id: string, isChosen: boolean) =>
    form.set(
      "mcp_server_ids",
      isChosen ? [...mcp_server_ids, id] : mcp_server_ids.filter((one) => one !== id),
    );
  return (
    <>
      <CheckField form={form} name="some_tools" label="Only the tools that I list" />
      {some_tools ? (
        <TextField
          form={form}
          name="tools"
          label="Tools"
          rows={5}
          mono
          hint="One a line: names, or patterns such as wiki__*."
        />
      ) : null}
      <CheckField form={form} name="some_skills" label="Only the skills that I list" />
      {some_skills ? (
        <TextField form={form} name="skills" label="Skills" rows={3} mono hint="One name a line." />
      ) : null}
      {choices.servers.map(({ id, name }) => (
        <PlainCheckField
          key={id}
          label={`MCP server ${name}`}
          checked={mcp_server_ids.includes(id)}
          onChange={(event) => toggle(id, event.target.checked)}
        />
      ))}
    </>
  );
}
