// A field of a form, and the fields within it.
import { type ReactNode, useId } from "react";
import { assertNever } from "../../../../core/assert-never.ts";
import type { Draft, FieldFault } from "./form-draft.ts";
import { firstDraft } from "./form-draft.ts";
import styles from "./questions.module.css";
import type { FormField } from "./schema-fields.ts";

interface FieldViewProps {
  readonly field: FormField;
  readonly draft: Draft;
  /** Such as `person.name`; empty for the form as a whole. */
  readonly path: string;
  readonly faults: readonly FieldFault[];
  readonly onChange: (draft: Draft) => void;
}

export function FieldView(props: FieldViewProps) {
  const { field, path, faults } = props;
  if (field.kind === "group") return <Group {...props} field={field} />;
  const own = faults.filter(
    (fault) => fault.path === path || (field.kind === "raw" && fault.path.startsWith(`${path}.`)),
  );
  if (field.kind === "list") return <List {...props} field={field} faultsHere={<Faults faults={own} />} />;
  if (field.kind === "choices")
    return <Choices {...props} field={field} faultsHere={<Faults faults={own} />} />;
  return <Labelled {...props} own={own} />;
}

function Faults({ faults }: { readonly faults: readonly FieldFault[] }) {
  return faults.map((fault) => (
    <span key={fault.message} className={styles.fault} role="alert">
      {fault.message}
    </span>
  ));
}

function Labelled({ own, ...props }: FieldViewProps & { readonly own: readonly FieldFault[] }) {
  const { field } = props;
  const id = useId();
  if (field.kind === "boolean")
    return (
      <div className={styles.field}>
        <label className={styles.check}>
          <Control {...props} id={id} isFaulty={own.length > 0} />
          {field.label}
        </label>
        {field.hint !== "" && <span className={styles.hint}>{field.hint}</span>}
        <Faults faults={own} />
      </div>
    );
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.name}>
        {field.label || "Value"}
        {field.is_optional && <span className={styles.hint}> (optional)</span>}
      </label>
      {field.hint !== "" && (
        <span id={`${id}-hint`} className={styles.hint}>
          {field.hint}
        </span>
      )}
      <Control {...props} id={id} isFaulty={own.length > 0} />
      <Faults faults={own} />
    </div>
  );
}

interface ControlProps extends FieldViewProps {
  readonly id: string;
  readonly isFaulty: boolean;
}

function Control(props: ControlProps) {
  const { field, draft, id, isFaulty, onChange } = props;
  const text = typeof draft === "string" ? draft : "";
  const shared = {
    id,
    "aria-invalid": isFaulty,
    "aria-required": field.required,
    className: styles.input,
    value: text,
    onChange: (event: { readonly target: { readonly value: string } }) => onChange(event.target.value),
  };
  switch (field.kind) {
    case "text":
      return isLong(field, text) ? (
        <textarea {...shared} rows={Math.min(8, text.split("\n").length)} dir="auto" />
      ) : (
        <input {...shared} type={field.format === "email" ? "email" : "text"} dir="auto" />
      );
    case "number":
      return <input {...shared} inputMode={field.integer ? "numeric" : "decimal"} />;
    case "boolean":
      return (
        <input
          id={id}
          type="checkbox"
          checked={draft === true}
          onChange={(event) => onChange(event.target.checked)}
        />
      );
    case "choice":
      return (
        <select {...shared}>
          {(!field.required || text === "") && (
            <option value="">{field.required ? "Choose …" : "None"}</option>
          )}
          {field.options.map((option, at) => (
            <option key={option.label} value={String(at)}>
              {option.label}
            </option>
          ))}
        </select>
      );
    case "raw":
      return <textarea {...shared} rows={4} spellCheck={false} placeholder="JSON" />;
    case "choices":
    case "list":
    case "group":
      return null;
    default:
      return assertNever(field);
  }
}

/** Whether a text may have several lines. */
function isLong({ format, max }: Extract<FormField, { kind: "text" }>, text: string): boolean {
  return format === null && (max === null || max > 100 || text.includes("\n"));
}

type With<K extends FormField["kind"]> = FieldViewProps & { readonly field: Extract<FormField, { kind: K }> };

function Group({ field, draft, path, faults, onChange }: With<"group">) {
  const drafts = typeof draft === "object" && !Array.isArray(draft) ? (draft as Record<string, Draft>) : {};
  const fields = field.fields.map((one) => (
    <FieldView
      key={one.name}
      field={one}
      draft={drafts[one.name] ?? firstDraft(one)}
      path={path === "" ? one.name : `${path}.${one.name}`}
      faults={faults}
      onChange={(changed) => onChange({ ...drafts, [one.name]: changed })}
    />
  ));
  if (path === "") return <div className={styles.fields}>{fields}</div>;
  return (
    <fieldset className={styles.group}>
      <legend className={styles.name}>{field.label}</legend>
      {field.hint !== "" && <span className={styles.hint}>{field.hint}</span>}
      {fields}
    </fieldset>
  );
}

function List({
  field,
  draft,
  path,
  faults,
  onChange,
  faultsHere,
}: With<"list"> & { readonly faultsHere: ReactNode }) {
  const items = Array.isArray(draft) ? (draft as readonly Draft[]) : [];
  return (
    <fieldset className={styles.group}>
      <legend className={styles.name}>{field.label}</legend>
      {field.hint !== "" && <span className={styles.hint}>{field.hint}</span>}
      {items.map((item, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an item has no other name
        <div key={at} className={styles.listItem}>
          <FieldView
            field={{ ...field.item, label: `${field.label} ${at + 1}` }}
            draft={item}
            path={`${path}[${at}]`}
            faults={faults}
            onChange={(changed) => onChange(items.map((one, i) => (i === at ? changed : one)))}
          />
          <button
            type="button"
            className={styles.plain}
            aria-label={`Remove ${field.label} ${at + 1}`}
            onClick={() => onChange(items.filter((_, i) => i !== at))}
          >
            Remove
          </button>
        </div>
      ))}
      {items.length < field.max && (
        <button
          type="button"
          className={styles.plain}
          onClick={() => onChange([...items, firstDraft(field.item)])}
        >
          Add {items.length > 0 && "another"}
        </button>
      )}
      {faultsHere}
    </fieldset>
  );
}

function Choices({
  field,
  draft,
  onChange,
  faultsHere,
}: With<"choices"> & { readonly faultsHere: ReactNode }) {
  const chosen = Array.isArray(draft) ? (draft as readonly Draft[]) : [];
  return (
    <fieldset className={styles.group}>
      <legend className={styles.name}>{field.label}</legend>
      {field.hint !== "" && <span className={styles.hint}>{field.hint}</span>}
      {field.options.map((option, at) => (
        <label key={option.label} className={styles.check}>
          <input
            type="checkbox"
            checked={chosen.includes(String(at))}
            onChange={(event) =>
              onChange(
                event.target.checked ? [...chosen, String(at)] : chosen.filter((one) => one !== String(at)),
              )
            }
          />
          {option.label}
        </label>
      ))}
      {faultsHere}
    </fieldset>
  );
}
