// What the caller's own chats begin with: prompt, instructions, approvals, and when they are compacted.
import { useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { TextField as PlainTextField } from "../../ui/controls/field.tsx";
import { FieldColumns, FormBody, MoreFields } from "../parts/forms/form-body.tsx";
import { faultAt, TextField } from "../parts/forms/form-fields.tsx";
import { entriesOf, PolicyEditor, type PolicyEntry, policyOf } from "../parts/forms/policy-editor.tsx";
import { type Form, useForm } from "../parts/forms/use-form.ts";
import type { ModelConfig, UserSettings } from "../parts/wire.ts";
import { checkThresholds, thresholdsOf } from "./thresholds.ts";

interface OwnSettingsInput {
  readonly settings: UserSettings;
  readonly models: readonly ModelConfig[];
  readonly tools: readonly string[];
}

interface OwnValues {
  readonly prompt: string;
  readonly home_instructions: string;
  readonly approval_policy: readonly PolicyEntry[];
  /** By model config, as typed. */
  readonly compaction_thresholds: Readonly<Record<string, string>>;
}

export function OwnSettings({ settings, models, tools }: OwnSettingsInput) {
  const [isSaved, setSaved] = useState(false);
  const form = useForm<OwnValues>({
    initial: toValues(settings),
    check: ({ compaction_thresholds }) => checkThresholds(compaction_thresholds),
    send: async (values) => {
      setSaved(false);
      const body = {
        prompt: values.prompt.trim() === "" ? null : values.prompt,
        home_instructions: values.home_instructions.trim() === "" ? null : values.home_instructions,
        approval_policy: policyOf(values.approval_policy),
        compaction_thresholds: thresholdsOf(values.compaction_thresholds),
      };
      form.reset(toValues(await everturn.me.setSettings(body)));
      setSaved(true);
    },
  });
  return (
    <FormBody form={form} submit="Save" submitting="Saving…">
      <TextField
        form={form}
        name="prompt"
        label="Prompt"
        rows={4}
        hint="Stands in the system prompt of your chats."
      />
      <TextField
        form={form}
        name="home_instructions"
        label="Instructions"
        rows={5}
        hint="A chat reads them once, before your first message, and again when it is refreshed."
      />
      <PolicyEditor
        entries={form.values.approval_policy}
        fault={faultAt(form, "approval_policy")}
        tools={tools}
        onChange={(entries) => form.set("approval_policy", entries)}
      />
      <MoreFields title="When chats are compacted">
        <Thresholds form={form} models={models} />
      </MoreFields>
      <p role="status">{isSaved ? "Saved." : ""}</p>
    </FormBody>
  );
}

function toValues(settings: UserSettings): OwnValues {
  return {
    prompt: settings.prompt ?? "",
    home_instructions: settings.home_instructions ?? "",
    approval_policy: entriesOf(settings.approval_policy),
    compaction_thresholds: Object.fromEntries(
      Object.entries(settings.compaction_thresholds).map(([id, percent]) => [id, String(percent)]),
    ),
  };
}

interface ThresholdsInput {
  readonly form: Form<OwnValues>;
  readonly models: readonly ModelConfig[];
}

function Thresholds({ form, models }: ThresholdsInput) {
  const typed = form.values.compaction_thresholds;
  return (
    <>
      <p>
        Percent of a model's context limit at which older history is replaced by a summary. Empty: the model's
        own. 100 switches it off.
      </p>
      <FieldColumns>
        {models.map(({ id, name, compression_threshold }) => (
          <PlainTextField
            key={id}
            label={name}
            inputMode="numeric"
            value={typed[id] ?? ""}
            placeholder={compression_threshold === null ? "" : String(compression_threshold)}
            fault={form.faults[`compaction_thresholds.${id}`]}
            onChange={(event) => form.set("compaction_thresholds", { ...typed, [id]: event.target.value })}
          />
        ))}
      </FieldColumns>
    </>
  );
}
