// Changes the arguments of a call before it is allowed: as fields, or as JSON.
import { useMemo, useState } from "react";
import type { JsonObject } from "../../../../client/index.ts";
import { FieldView } from "./field-view.tsx";
import { answerOf, type Draft, type FieldFault, firstDraft, parsedJson } from "./form-draft.ts";
import styles from "./questions.module.css";
import { formOf, isObject, schemaOfValue } from "./schema-fields.ts";

interface ArgsFormProps {
  readonly args: JsonObject;
  /** What the server has against the arguments, by their place. */
  readonly faults: readonly FieldFault[];
  readonly isSending: boolean;
  readonly onSend: (args: JsonObject) => void;
  readonly onCancel: () => void;
}

export function ArgsForm({ args, faults, isSending, onSend, onCancel }: ArgsFormProps) {
  const form = useMemo(() => formOf(schemaOfValue(args)), [args]);
  const [isRaw, setRaw] = useState(form === null);
  const [draft, setDraft] = useState<Draft>(() => (form === null ? {} : firstDraft(form, args)));
  const [raw, setRawText] = useState(() => JSON.stringify(args, null, 2));
  const [own, setOwn] = useState<readonly FieldFault[]>([]);
  const send = (): void => {
    const answer = isRaw || form === null ? parsedJson(raw) : answerOf(form, draft);
    if (answer.type === "faults") return setOwn(answer.faults);
    if (!isObject(answer.value))
      return setOwn([{ path: "", message: "The arguments must be a JSON object." }]);
    setOwn([]);
    onSend(answer.value);
  };
  const toRaw = (): void => {
    const answer = form === null ? null : answerOf(form, draft);
    if (answer?.type === "value") setRawText(JSON.stringify(answer.value, null, 2));
    setRaw(true);
  };
  const shown = own.length > 0 ? own : faults.map(({ path, message }) => ({ path: placeIn(path), message }));
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {isRaw || form === null ? (
        <label className={styles.label}>
          Arguments as JSON
          <textarea
            className={styles.raw}
            value={raw}
            spellCheck={false}
            onChange={(event) => setRawText(event.target.value)}
          />
        </label>
      ) : (
        <FieldView field={form} draft={draft} path="" faults={shown} onChange={setDraft} />
      )}
      {(isRaw || form === null) &&
        shown.map((fault) => (
          <p key={fault.path + fault.message} className={styles.fault} role="alert">
            {fault.path === "" ? "" : `${fault.path}: `}
            {fault.message}
          </p>
        ))}
      <div className={styles.buttons}>
        <button type="submit" className={styles.primary} disabled={isSending}>
          Allow with these
        </button>
        <button type="button" className={styles.plain} onClick={onCancel}>
          Back
        </button>
        {!isRaw && (
          <button type="button" className={styles.plain} onClick={toRaw}>
            As JSON
          </button>
        )}
      </div>
    </form>
  );
}

/** `decisions[0].args.command` is `command` of the form. */
function placeIn(path: string): string {
  return path.replace(/^(?:decisions\[\d+\]\.|decisions\.\d+\.)?args\.?/, "");
}
