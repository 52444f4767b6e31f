// Changes a user's name, address and role.
import { everturn } from "../../state/everturn.ts";
import { changedFields } from "../parts/forms/changed-fields.ts";
import { FormBody } from "../parts/forms/form-body.tsx";
import { SelectField, TextField } from "../parts/forms/form-fields.tsx";
import { useForm } from "../parts/forms/use-form.ts";
import type { User } from "../parts/wire.ts";

interface EditUserInput {
  readonly user: User;
  readonly onSaved: () => Promise<void>;
  readonly onCancel: () => void;
}

export function EditUser({ user, onSaved, onCancel }: EditUserInput) {
  const form = useForm({
    initial: { name: user.name, email: user.email ?? "", role: user.role },
    send: async ({ name, email, role }) => {
      const before = { name: user.name, email: user.email, role: user.role };
      const next = { name: name.trim(), email: email.trim() === "" ? null : email.trim(), role };
      await everturn.users.update(user.id, changedFields<typeof before>(before, next));
      await onSaved();
    },
  });
  return (
    <FormBody form={form} submit="Save" submitting="Saving…" onCancel={onCancel}>
      <TextField form={form} name="name" label="Name" />
      <TextField form={form} name="email" type="email" label="Email address" />
      <SelectField
        form={form}
        name="role"
        label="Role"
        options={[
          ["member", "Member: own chats"],
          ["admin", "Admin: also the deployment"],
        ]}
      />
    </FormBody>
  );
}
