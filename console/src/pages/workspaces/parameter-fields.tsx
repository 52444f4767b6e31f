// One field for each parameter of a template, by its type.
import { Field } from "../../ui/controls/field.tsx";
import type { TemplateParameter } from "./parameters.ts";

interface ParameterFieldsInput {
  readonly parameters: readonly TemplateParameter[];
  readonly values: Readonly<Record<string, string>>;
  readonly form: { readonly faults: Readonly<Record<string, string>> };
  readonly onChange: (name: string, value: string) => void;
}

export function ParameterFields({ parameters, values, form, onChange }: ParameterFieldsInput) {
  return parameters.map((parameter) => {
    const { name, description, type, choices = [] } = parameter;
    const value = values[name] ?? "";
    const options = type === "boolean" ? ["true", "false"] : choices;
    return (
      <Field
        key={name}
        label={parameter.default === undefined ? `${name} (needed)` : name}
        hint={description}
        fault={form.faults[`parameters.${name}`]}
      >
        {(control) =>
          type === "choice" || type === "boolean" ? (
            <select {...control} value={value} onChange={(event) => onChange(name, event.target.value)}>
              {options.map((option) => (
                <option key={option} value={option}>
                  {type === "boolean" ? (option === "true" ? "yes" : "no") : option}
                </option>
              ))}
            </select>
          ) : (
            <input
              {...control}
              value={value}
              inputMode={type === "number" ? "decimal" : undefined}
              autoComplete="off"
              onChange={(event) => onChange(name, event.target.value)}
            />
          )
        }
      </Field>
    );
  });
}
