// What a user may spend in a period, and has spent.
import { everturn } from "../../state/everturn.ts";
import { costWords } from "../../ui/words.ts";
import { FieldColumns, FormBody } from "../parts/forms/form-body.tsx";
import { SelectField, TextField } from "../parts/forms/form-fields.tsx";
import { microsOf } from "../parts/forms/money.ts";
import { useForm } from "../parts/forms/use-form.ts";
import { Shown } from "../parts/page.tsx";
import { useLoad } from "../parts/use-load.ts";
import type { UsageLimit } from "../parts/wire.ts";

interface UserLimitInput {
  readonly userId: string;
  readonly onClose: () => void;
}

export function UserLimit({ userId, onClose }: UserLimitInput) {
  const limit = useLoad((signal) => everturn.users.limit(userId, { signal }), userId);
  return <Shown of={limit}>{(data) => <LimitForm userId={userId} limit={data} onClose={onClose} />}</Shown>;
}

interface LimitValues {
  /** As typed, in the currency of the prices. */
  readonly limit_micros: string;
  readonly period: NonNullable<UsageLimit["period"]>;
}

function LimitForm({ userId, limit, onClose }: UserLimitInput & { readonly limit: UsageLimit }) {
  const form = useForm<LimitValues>({
    initial: {
      limit_micros: limit.limit_micros === null ? "" : String(limit.limit_micros / 1_000_000),
      period: limit.period ?? "month",
    },
    check: ({ limit_micros }): Record<string, string> =>
      limit_micros.trim() !== "" && microsOf(limit_micros) === null
        ? { limit_micros: "Write an amount of money." }
        : {},
    send: async ({ limit_micros, period }) => {
      const micros = microsOf(limit_micros);
      await everturn.users.setLimit(
        userId,
        micros === null ? { limit_micros: null } : { limit_micros: micros, period },
      );
      onClose();
    },
  });
  return (
    <FormBody form={form} submit="Save" submitting="Saving…" onCancel={onClose}>
      {limit.spent_micros === null ? null : (
        <p>{costWords(limit.spent_micros)} of it is spent in the present period.</p>
      )}
      <FieldColumns>
        <TextField form={form} name="limit_micros" label="Limit" hint="Empty: without limit." />
        <SelectField
          form={form}
          name="period"
          label="In each"
          hint="By the calendar in UTC."
          options={[
            ["day", "day"],
            ["week", "week"],
            ["month", "month"],
          ]}
        />
      </FieldColumns>
    </FormBody>
  );
}
