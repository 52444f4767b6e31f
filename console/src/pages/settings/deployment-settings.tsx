// What all chats of the deployment begin with.
import { useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { FormBody } from "../parts/forms/form-body.tsx";
import { faultAt, TextField } from "../parts/forms/form-fields.tsx";
import { entriesOf, PolicyEditor, type PolicyEntry, policyOf } from "../parts/forms/policy-editor.tsx";
import { useForm } from "../parts/forms/use-form.ts";
import { Shown } from "../parts/page.tsx";
import { useLoad } from "../parts/use-load.ts";
import type { DeploymentSettings as Settings } from "../parts/wire.ts";

interface DeploymentSettingsInput {
  readonly tools: readonly string[];
}

export function DeploymentSettings({ tools }: DeploymentSettingsInput) {
  const settings = useLoad((signal) => everturn.settings.get({ signal }), "settings");
  return <Shown of={settings}>{(data) => <LoadedForm settings={data} tools={tools} />}</Shown>;
}

interface LoadedInput extends DeploymentSettingsInput {
  readonly settings: Settings;
}

interface DeploymentValues {
  readonly system_prompt: string;
  readonly approval_policy: readonly PolicyEntry[];
}

function LoadedForm({ settings, tools }: LoadedInput) {
  const [isSaved, setSaved] = useState(false);
  const form = useForm<DeploymentValues>({
    initial: {
      system_prompt: settings.system_prompt ?? "",
      approval_policy: entriesOf(settings.approval_policy),
    },
    send: async ({ system_prompt, approval_policy }) => {
      setSaved(false);
      await everturn.settings.set({
        system_prompt: system_prompt.trim() === "" ? null : system_prompt,
        approval_policy: policyOf(approval_policy),
      });
      setSaved(true);
    },
  });
  return (
    <FormBody form={form} submit="Save for everybody" submitting="Saving…">
      <TextField
        form={form}
        name="system_prompt"
        label="System prompt"
        rows={5}
        hint="Stands first in the system prompt of every chat."
      />
      <PolicyEditor
        entries={form.values.approval_policy}
        fault={faultAt(form, "approval_policy")}
        tools={tools}
        onChange={(entries) => form.set("approval_policy", entries)}
      />
      <p>
        Limits of users are set at <a href="/users">Users</a>. Whether model calls are recorded is set by the
        operator (EVERTURN_DEBUG_RUNS), and for each chat at its page of model calls.
      </p>
      <p role="status">{isSaved ? "Saved." : ""}</p>
    </FormBody>
  );
}
