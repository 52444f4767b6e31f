// The form of a provider. Its key is write-only: it is never shown, only replaced or taken out.
import { everturn } from "../../state/everturn.ts";
import { changedFields } from "../parts/forms/changed-fields.ts";
import { FormBody } from "../parts/forms/form-body.tsx";
import { CheckField, SelectField, TextField } from "../parts/forms/form-fields.tsx";
import { useForm } from "../parts/forms/use-form.ts";
import type { ModelProvider } from "../parts/wire.ts";
import { KIND_WORDS } from "./model-words.ts";

interface ProviderFormInput {
  /** Null: a new one. */
  readonly provider: ModelProvider | null;
  readonly onSaved: () => Promise<void>;
  readonly onCancel: () => void;
}

interface ProviderValues {
  readonly name: string;
  readonly kind: ModelProvider["kind"];
  readonly base_url: string;
  readonly api: string;
  readonly api_key: string;
  readonly drop_key: boolean;
  readonly enabled: boolean;
}

export function ProviderForm({ provider, onSaved, onCancel }: ProviderFormInput) {
  const form = useForm<ProviderValues>({
    initial: toValues(provider),
    send: async (values) => {
      if (provider === null) await everturn.modelProviders.create(toNew(values));
      else await everturn.modelProviders.update(provider.id, toChange(provider, values));
      await onSaved();
    },
  });
  const isSeeded = provider?.seeded ?? false;
  const { kind } = form.values;
  return (
    <FormBody form={form} submit="Save" submitting="Saving…" onCancel={onCancel}>
      {isSeeded ? (
        <p>It comes from the environment: only its key and whether it is enabled can be changed here.</p>
      ) : null}
      <TextField form={form} name="name" label="Name" disabled={isSeeded} />
      {provider === null ? (
        <SelectField form={form} name="kind" label="Kind" options={Object.entries(KIND_WORDS)} />
      ) : null}
      <TextField
        form={form}
        name="base_url"
        type="url"
        label="Base URL"
        disabled={isSeeded}
        placeholder={kind === "openai-compatible" ? "https://models.example.com/v1" : "the service's own"}
        hint={provider?.has_api_key === true ? "With another address the key must be given anew." : undefined}
      />
      {kind === "openai" ? (
        <SelectField
          form={form}
          name="api"
          label="API"
          disabled={isSeeded}
          options={[
            ["", "the default"],
            ["responses", "Responses"],
            ["chat_completions", "Chat Completions"],
          ]}
        />
      ) : null}
      <KeyFields form={form} provider={provider} />
      <CheckField form={form} name="enabled" label="Enabled" />
    </FormBody>
  );
}

interface KeyFieldsInput {
  readonly form: ReturnType<typeof useForm<ProviderValues>>;
  readonly provider: ModelProvider | null;
}

function KeyFields({ form, provider }: KeyFieldsInput) {
  const hasKey = provider?.has_api_key ?? false;
  return (
    <>
      <TextField
        form={form}
        name="api_key"
        type="password"
        label="API key"
        placeholder={hasKey ? "stays as it is" : ""}
        hint={
          hasKey
            ? "A key is stored. It is never shown; type one to replace it."
            : "Stored encrypted, and never shown again."
        }
      />
      {hasKey ? <CheckField form={form} name="drop_key" label="Take the stored key out" /> : null}
    </>
  );
}

function toValues(provider: ModelProvider | null): ProviderValues {
  return {
    name: provider?.name ?? "",
    kind: provider?.kind ?? "openai",
    base_url: provider?.base_url ?? "",
    api: provider?.api ?? "",
    api_key: "",
    drop_key: false,
    enabled: provider?.enabled ?? true,
  };
}

function toNew({ name, kind, enabled, api_key, ...values }: ProviderValues) {
  const key = api_key === "" ? {} : { api_key };
  return { name: name.trim(), kind, enabled, ...addressOf(values, kind), ...key };
}

function toChange(provider: ModelProvider, values: ProviderValues) {
  const bodyOf = ({ name, kind, enabled, ...rest }: ProviderValues) => ({
    name: name.trim(),
    enabled,
    ...addressOf(rest, kind),
  });
  const key = values.api_key !== "" ? { api_key: values.api_key } : values.drop_key ? { api_key: null } : {};
  return { ...changedFields(bodyOf(toValues(provider)), bodyOf(values)), ...key };
}

function addressOf({ base_url, api }: Pick<ProviderValues, "base_url" | "api">, kind: ModelProvider["kind"]) {
  const dialect = api === "" ? null : (api as NonNullable<ModelProvider["api"]>);
  return {
    base_url: base_url.trim() === "" ? null : base_url.trim(),
    ...(kind === "openai" ? { api: dialect } : {}),
  };
}
