// The form of a model config.
import { everturn } from "../../state/everturn.ts";
import { EFFORTS } from "../parts/forms/efforts.ts";
import { FieldColumns, FormBody, MoreFields } from "../parts/forms/form-body.tsx";
import { CheckField, SelectField, TextField } from "../parts/forms/form-fields.tsx";
import { type Form, useForm } from "../parts/forms/use-form.ts";
import type { ModelConfig, ModelProvider } from "../parts/wire.ts";
import { type ConfigValues, checkValues, fieldOf, toBody, toChange, toValues } from "./config-values.ts";

interface ConfigFormInput {
  readonly providers: readonly ModelProvider[];
  /** Null: a new one. */
  readonly config: ModelConfig | null;
  readonly onSaved: () => Promise<void>;
  readonly onCancel: () => void;
}

export function ConfigForm({ providers, config, onSaved, onCancel }: ConfigFormInput) {
  const form = useForm<ConfigValues>({
    initial: toValues(config, providers[0]?.id ?? ""),
    check: checkValues,
    fieldOf,
    send: async (values) => {
      if (config === null) await everturn.modelConfigs.create(toBody(values));
      else await everturn.modelConfigs.update(config.id, toChange(config, values));
      await onSaved();
    },
  });
  const isSeeded = config?.seeded ?? false;
  const fixed = isSeeded ? "It comes from the environment and cannot be changed here." : undefined;
  return (
    <FormBody form={form} submit="Save" submitting="Saving…" onCancel={onCancel}>
      <TextField form={form} name="name" label="Name" hint="As people choose it." />
      <FieldColumns>
        <SelectField
          form={form}
          name="provider_id"
          label="Provider"
          disabled={isSeeded}
          options={providers.map(({ id, name }) => [id, name])}
        />
        <TextField
          form={form}
          name="model"
          label="Model"
          disabled={isSeeded}
          hint={fixed ?? "As the provider calls it."}
        />
      </FieldColumns>
      <CheckField
        form={form}
        name="is_default"
        label="Default"
        hint="It answers where a message names no model."
      />
      <CheckField form={form} name="enabled" label="Enabled" />
      <PriceFields form={form} />
      <ContextFields form={form} />
      <MoreFields title="Settings of the calls">
        <CallFields form={form} />
      </MoreFields>
    </FormBody>
  );
}

interface PartInput {
  readonly form: Form<ConfigValues>;
}

const effortOptions = [
  ["", "the provider's default"],
  ...EFFORTS.map((effort) => [effort, effort] as const),
] as const;

function PriceFields({ form }: PartInput) {
  return (
    <>
      <FieldColumns>
        <TextField form={form} name="input" label="Price of input" />
        <TextField form={form} name="output" label="Price of output" />
        <TextField form={form} name="cache_read" label="Of cache reads" />
        <TextField
          form={form}
          name="cache_write"
          label="Of cache writes"
          hint="All per million tokens. Without prices, calls count as unpriced and use up no limit."
        />
      </FieldColumns>
    </>
  );
}

function ContextFields({ form }: PartInput) {
  return (
    <FieldColumns>
      <TextField
        form={form}
        name="context_limit"
        label="Context limit"
        hint="In tokens. Without it, long chats are compacted only when the provider refuses them."
      />
      <TextField
        form={form}
        name="compression_threshold"
        label="Compact at"
        hint="Percent of the context limit. Empty: the deployment's own."
      />
      <SelectField form={form} name="reasoning_effort" label="Reasoning effort" options={effortOptions} />
      <SelectField
        form={form}
        name="reasoning_effort_max"
        label="Highest effort"
        options={[["", "no limit"], ...effortOptions.slice(1)]}
        hint="What people may choose at most."
      />
    </FieldColumns>
  );
}

function CallFields({ form }: PartInput) {
  return (
    <>
      <FieldColumns>
        <TextField form={form} name="max_output_tokens" label="Most output tokens" />
        <TextField form={form} name="temperature" label="Temperature" />
        <TextField form={form} name="top_p" label="Top p" />
        <TextField form={form} name="top_k" label="Top k" />
        <TextField form={form} name="presence_penalty" label="Presence penalty" />
        <TextField form={form} name="frequency_penalty" label="Frequency penalty" />
      </FieldColumns>
      <TextField form={form} name="stop" label="Stop at" rows={2} mono hint="One text a line." />
      <FieldColumns>
        <SelectField
          form={form}
          name="prefill"
          label="Continue begun answers"
          hint="After a worker's end: how the server is asked to go on with the text that was shown."
          options={[
            ["", "no: begin anew"],
            ["assistant", "assistant message"],
            ["continue_final_message", "continue_final_message"],
            ["prefix", "prefix"],
          ]}
        />
        <SelectField
          form={form}
          name="response_chain"
          label="Chain of responses"
          hint="OpenAI's Responses API keeps its answers, and a call names the one it follows."
          options={[
            ["", "the default"],
            ["true", "yes"],
            ["false", "no"],
          ]}
        />
      </FieldColumns>
      <TextField
        form={form}
        name="provider_options"
        label="Options of the provider"
        rows={4}
        mono
        hint="A JSON object with fields of the request in the provider's own words."
      />
    </>
  );
}
