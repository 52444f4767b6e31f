// Deletes a user, after it was said what becomes of the chats.
import { everturn } from "../../state/everturn.ts";
import { FormBody } from "../parts/forms/form-body.tsx";
import { SelectField } from "../parts/forms/form-fields.tsx";
import { useForm } from "../parts/forms/use-form.ts";
import type { User } from "../parts/wire.ts";

interface DeleteUserInput {
  readonly user: User;
  readonly others: readonly User[];
  readonly onDeleted: () => Promise<void>;
  readonly onCancel: () => void;
}

interface DeleteValues {
  readonly chats: "delete" | "transfer";
  readonly to: string;
}

export function DeleteUser({ user, others, onDeleted, onCancel }: DeleteUserInput) {
  const form = useForm<DeleteValues>({
    initial: {
      chats: others.length === 0 ? "delete" : "transfer",
      to: others[0]?.id ?? "",
    },
    send: async ({ chats, to }) => {
      await everturn.users.delete(user.id, chats === "delete" ? { chats } : { chats, to });
      await onDeleted();
    },
  });
  return (
    <FormBody form={form} submit={`Delete ${user.name}`} submitting="Deleting…" onCancel={onCancel} danger>
      <p>The user's keys and sessions end at once. This cannot be taken back.</p>
      <SelectField
        form={form}
        name="chats"
        label="What becomes of the chats"
        options={[
          ...(others.length === 0 ? [] : [["transfer", "Another user gets them"] as const]),
          ["delete", "They are deleted, too"],
        ]}
      />
      {form.values.chats === "transfer" ? (
        <SelectField
          form={form}
          name="to"
          label="Who gets them"
          options={others.map(({ id, name }) => [id, name])}
        />
      ) : null}
    </FormBody>
  );
}
