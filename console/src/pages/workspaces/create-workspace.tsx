// The form that makes a workspace: a template, a name, and the template's parameters.
import { useMemo } from "react";
import { everturn } from "../../state/everturn.ts";
import { FormBody } from "../parts/forms/form-body.tsx";
import { SelectField, TextField } from "../parts/forms/form-fields.tsx";
import { useForm } from "../parts/forms/use-form.ts";
import { Shown } from "../parts/page.tsx";
import { useLoad } from "../parts/use-load.ts";
import type { TemplateSummary, Workspace } from "../parts/wire.ts";
import { ParameterFields } from "./parameter-fields.tsx";
import { givenParameters, startParameters } from "./parameters.ts";
import styles from "./workspaces.module.css";

interface CreateWorkspaceInput {
  readonly onCreated: (made: Workspace) => void;
  readonly onCancel: () => void;
}

export function CreateWorkspace(input: CreateWorkspaceInput) {
  const templates = useLoad((signal) => everturn.templates.list({ signal }), "templates");
  return (
    <Shown of={templates}>
      {({ items, faults }) => (
        <>
          {items.length === 0 ? (
            <p>This server has no templates. Its operator puts them into EVERTURN_TEMPLATES_DIR.</p>
          ) : (
            <TemplateForm {...input} templates={items} />
          )}
          {faults.map((fault) => (
            <p key={`${fault.template} ${fault.file} ${fault.path}`} className={styles.note}>
              The template {fault.template} is left out: {fault.file} {fault.path} {fault.message}
            </p>
          ))}
        </>
      )}
    </Shown>
  );
}

interface TemplateFormInput extends CreateWorkspaceInput {
  readonly templates: readonly TemplateSummary[];
}

interface TemplateValues {
  readonly template: string;
  readonly name: string;
  /** As typed, by name. */
  readonly parameters: Readonly<Record<string, string>>;
}

function TemplateForm({ templates, onCreated, onCancel }: TemplateFormInput) {
  const form = useForm<TemplateValues>({
    initial: { template: templates[0]?.name ?? "", name: "", parameters: {} },
    send: async ({ template, name, parameters }) => {
      const chosen = templates.find((one) => one.name === template);
      const body = {
        template,
        ...(name.trim() === "" ? {} : { name: name.trim() }),
        parameters: givenParameters(chosen?.parameters ?? [], parameters),
      };
      onCreated(await everturn.workspaces.create(body));
    },
  });
  const chosen = templates.find((one) => one.name === form.values.template);
  const shown = useMemo(() => startParameters(chosen?.parameters ?? []), [chosen]);
  return (
    <FormBody form={form} submit="Create" submitting="Creating…" onCancel={onCancel}>
      <SelectField
        form={form}
        name="template"
        label="Template"
        options={templates.map(({ name, title }) => [name, title])}
        hint={chosen === undefined ? undefined : <TemplateWords template={chosen} />}
      />
      <TextField form={form} name="name" label="Name" hint="Leave it empty to have one made up." />
      <ParameterFields
        parameters={chosen?.parameters ?? []}
        values={{ ...shown, ...form.values.parameters }}
        form={form}
        onChange={(name, value) => form.set("parameters", { ...form.values.parameters, [name]: value })}
      />
    </FormBody>
  );
}

function TemplateWords({ template }: { readonly template: TemplateSummary }) {
  const { limits, network } = template;
  const reach = {
    false: "no network",
    true: "public addresses of the internet",
    unfiltered: "the whole network of its machine",
  }[String(network) as "false" | "true" | "unfiltered"];
  return (
    <>
      {template.description} It gets {limits.memory_mib} MiB of memory, {limits.cpus} processors,{" "}
      {limits.disk_mib} MiB of disk, and reaches {reach}.
    </>
  );
}
