// The form that makes an API key.
import { everturn } from "../../state/everturn.ts";
import { FormBody } from "../parts/forms/form-body.tsx";
import { SelectField, TextField } from "../parts/forms/form-fields.tsx";
import { useForm } from "../parts/forms/use-form.ts";
import type { ApiKey } from "../parts/wire.ts";

interface NewKeyInput {
  /** Whose it is; empty: the caller's. */
  readonly of: { readonly user_id?: string };
  readonly onMade: (key: string) => Promise<void>;
  readonly onCancel: () => void;
}

const dayMs = 86_400_000;

interface NewKeyValues {
  readonly name: string;
  readonly scope: ApiKey["scope"];
  /** In so many days; empty: never. */
  readonly expires_at: string;
}

export function NewKey({ of, onMade, onCancel }: NewKeyInput) {
  const form = useForm<NewKeyValues>({
    initial: { name: "", scope: "full", expires_at: "" },
    send: async ({ name, scope, expires_at }) => {
      const days = Number(expires_at);
      const until = days > 0 ? { expires_at: new Date(Date.now() + days * dayMs).toISOString() } : {};
      const { key } = await everturn.apiKeys.create({ name: name.trim(), scope, ...until, ...of });
      await onMade(key);
    },
  });
  return (
    <FormBody form={form} submit="Make the key" submitting="Making the key…" onCancel={onCancel}>
      <TextField
        form={form}
        name="name"
        label="Name"
        placeholder="laptop"
        hint="What it is for, so that you know it again."
      />
      <SelectField
        form={form}
        name="scope"
        label="What it may do"
        options={[
          ["full", "All that the user may"],
          ["chats", "Chats only: no settings, models or users"],
          ["read", "Only what changes nothing"],
        ]}
      />
      <SelectField
        form={form}
        name="expires_at"
        label="Expires"
        options={[
          ["", "Never"],
          ["7", "In a week"],
          ["30", "In 30 days"],
          ["365", "In a year"],
        ]}
      />
    </FormBody>
  );
}
