// Makes a user, and then a first key: without one nobody could sign in as the user.
import { useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { FormBody } from "../parts/forms/form-body.tsx";
import { CheckField, SelectField, TextField } from "../parts/forms/form-fields.tsx";
import { useForm } from "../parts/forms/use-form.ts";
import type { User } from "../parts/wire.ts";
import { FirstKey } from "./first-key.tsx";

interface NewUserInput {
  readonly onChange: () => Promise<void>;
  readonly onClose: () => void;
}

interface NewUserValues {
  readonly name: string;
  readonly email: string;
  readonly role: User["role"];
  readonly with_key: boolean;
}

export function NewUser({ onChange, onClose }: NewUserInput) {
  const [made, setMade] = useState<Pick<User, "id" | "name"> | null>(null);
  const form = useForm<NewUserValues>({
    initial: { name: "", email: "", role: "member", with_key: true },
    send: async ({ name, email, role, with_key }) => {
      const user = await everturn.users.create({
        name: name.trim(),
        role,
        ...(email.trim() === "" ? {} : { email: email.trim() }),
      });
      // From here on the user is there: whatever fails now must not make another one.
      if (with_key) setMade(user);
      else onClose();
      await onChange();
    },
  });
  if (made !== null) return <FirstKey user={made} onClose={onClose} />;
  return (
    <FormBody form={form} submit="Make the user" submitting="Making the user…" onCancel={onClose}>
      <TextField form={form} name="name" label="Name" />
      <TextField
        form={form}
        name="email"
        type="email"
        label="Email address"
        hint="Not needed. It lets an issuer's sign-in find the user."
      />
      <SelectField
        form={form}
        name="role"
        label="Role"
        options={[
          ["member", "Member: own chats"],
          ["admin", "Admin: also the deployment"],
        ]}
      />
      <CheckField
        form={form}
        name="with_key"
        label="Make a first API key"
        hint="The user signs in with it. It is shown once."
      />
    </FormBody>
  );
}
