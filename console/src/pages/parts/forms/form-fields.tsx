// The fields of a form, bound to its state: what was typed, and what the server says about it.
import type { ReactNode } from "react";
import * as plain from "../../../ui/controls/field.tsx";
import styles from "./form.module.css";
import type { Form } from "./use-form.ts";

interface FieldInput<Values extends object, Name extends keyof Values> {
  readonly form: Form<Values>;
  readonly name: Name;
  readonly label: string;
  readonly hint?: ReactNode;
  readonly disabled?: boolean;
}

type NamesOf<Values extends object, Type> = {
  [Name in keyof Values]: Values[Name] extends Type ? Name : never;
}[keyof Values] &
  string;

interface TextInput<Values extends object> extends FieldInput<Values, NamesOf<Values, string>> {
  readonly type?: "text" | "password" | "url" | "email" | "date" | "datetime-local";
  readonly placeholder?: string | undefined;
  /** Several lines. */
  readonly rows?: number;
  /** Program text: in a font of even width. */
  readonly mono?: boolean;
}

export function TextField<Values extends object>(input: TextInput<Values>) {
  const { form, name, label, hint, disabled, rows, type = "text", mono = false, placeholder } = input;
  const shared = {
    label,
    hint,
    fault: faultAt(form, name),
    disabled,
    placeholder,
    value: form.values[name] as string,
    spellCheck: !mono && rows !== undefined,
    onChange: (event: { readonly target: { readonly value: string } }) =>
      form.set(name, event.target.value as Values[typeof name]),
  };
  // Browsers offer to remember what is typed, and keys are nothing to remember.
  const field =
    rows === undefined ? (
      <plain.TextField {...shared} type={type} autoComplete={type === "password" ? "new-password" : "off"} />
    ) : (
      <plain.TextAreaField {...shared} rows={rows} />
    );
  return mono ? <div className={styles.mono}>{field}</div> : field;
}

export type Options = readonly (readonly [value: string, words: string])[];

interface SelectInput<Values extends object> extends FieldInput<Values, NamesOf<Values, string>> {
  readonly options: Options;
}

export function SelectField<Values extends object>(input: SelectInput<Values>) {
  const { form, name, label, hint, disabled, options } = input;
  return (
    <plain.SelectField
      label={label}
      hint={hint}
      fault={faultAt(form, name)}
      disabled={disabled}
      value={form.values[name] as string}
      onChange={(event) => form.set(name, event.target.value as Values[typeof name])}
    >
      <OptionList options={options} />
    </plain.SelectField>
  );
}

function OptionList({ options }: { readonly options: Options }) {
  return options.map(([value, words]) => (
    <option key={value} value={value}>
      {words}
    </option>
  ));
}

export function CheckField<Values extends object>(input: FieldInput<Values, NamesOf<Values, boolean>>) {
  const { form, name, label, hint, disabled } = input;
  const fault = faultAt(form, name);
  return (
    <plain.CheckField
      label={label}
      hint={fault ?? hint}
      disabled={disabled}
      aria-invalid={fault !== undefined}
      checked={form.values[name] as boolean}
      onChange={(event) => form.set(name, event.target.checked as Values[typeof name])}
    />
  );
}

/** The fault of a field, or of something inside of it: a list's third entry, for example. */
export function faultAt<Values extends object>(
  { faults }: Pick<Form<Values>, "faults">,
  name: string,
): string | undefined {
  if (faults[name] !== undefined) return faults[name];
  const inside = Object.entries(faults).find(([path]) => path.startsWith(`${name}.`));
  return inside === undefined ? undefined : `${inside[0].slice(name.length + 1)}: ${inside[1]}`;
}
