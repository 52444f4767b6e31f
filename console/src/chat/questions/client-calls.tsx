// Tools that the person in front of the page answers. All open calls of a chat are answered together, as the API wants it.
import { useMemo, useState } from "react";
import type { JsonValue, RequiredToolCall } from "../../../../client/index.ts";
import { shownText } from "../markdown/shown-text.ts";
import { JsonTree } from "../tools/json-tree.tsx";
import { type AnswerForm, answerForm } from "./answer-form.ts";
import type { AskedProps } from "./asked.ts";
import { Countdown } from "./countdown.tsx";
import { FieldView } from "./field-view.tsx";
import { answerOf, type Draft, type FieldFault, firstDraft, parsedJson } from "./form-draft.ts";
import styles from "./questions.module.css";
import { useAnswer } from "./use-answer.ts";

interface CallDraft {
  readonly draft: Draft;
  readonly raw: string;
  readonly mode: "form" | "json" | "error";
}

export function ClientCalls({
  calls,
  client,
  chatId,
  onFault,
}: AskedProps & { readonly calls: readonly RequiredToolCall[] }) {
  const answer = useAnswer(onFault);
  const forms = useMemo(
    () => new Map(calls.map((call) => [call.tool_call_id, answerForm(call.args)])),
    [calls],
  );
  const [drafts, setDrafts] = useState<ReadonlyMap<string, CallDraft>>(new Map());
  const [faults, setFaults] = useState<ReadonlyMap<string, readonly FieldFault[]>>(new Map());
  const draftOf = (id: string): CallDraft => drafts.get(id) ?? firstOf(forms.get(id));
  const send = (): void => {
    const results = calls.map(({ tool_call_id: id }) => ({ id, made: resultOf(forms.get(id), draftOf(id)) }));
    setFaults(
      new Map(
        results.flatMap(({ id, made }) => (made.type === "faults" ? [[id, made.faults] as const] : [])),
      ),
    );
    if (results.some(({ made }) => made.type === "faults")) return;
    const sent = results.flatMap(({ id, made }) =>
      made.type === "value"
        ? [{ tool_call_id: id, output: made.output, ...(made.is_error && { is_error: true }) }]
        : [],
    );
    void answer.send(() => client.chats.toolResults(chatId, sent));
  };
  return (
    <form
      className={styles.card}
      data-question="client"
      aria-label="Answer the agent"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {calls.map((call) => (
        <ClientCall
          key={call.tool_call_id}
          call={call}
          form={forms.get(call.tool_call_id)}
          value={draftOf(call.tool_call_id)}
          faults={faults.get(call.tool_call_id) ?? []}
          onChange={(changed) => setDrafts(new Map(drafts).set(call.tool_call_id, changed))}
        />
      ))}
      {answer.fault !== null && (
        <p className={styles.fault} role="alert">
          {answer.fault}
        </p>
      )}
      <div className={styles.buttons}>
        <button type="submit" className={styles.primary} disabled={answer.isSending}>
          {calls.length === 1 ? "Send the answer" : `Send all ${calls.length} answers`}
        </button>
      </div>
    </form>
  );
}

function firstOf(form: AnswerForm | undefined): CallDraft {
  const draft = form === undefined ? "" : firstDraft(form.field);
  return { draft, raw: "", mode: "form" };
}

type Result =
  | { readonly type: "value"; readonly output: JsonValue; readonly is_error: boolean }
  | { readonly type: "faults"; readonly faults: readonly FieldFault[] };

function resultOf(form: AnswerForm | undefined, { draft, raw, mode }: CallDraft): Result {
  if (mode === "error")
    return raw.trim() === ""
      ? { type: "faults", faults: [{ path: "", message: "Say what went wrong." }] }
      : { type: "value", output: { error: raw.trim() }, is_error: true };
  const answer = mode === "json" || form === undefined ? parsedJson(raw) : answerOf(form.field, draft, "");
  if (answer.type === "faults") return answer;
  return { type: "value", output: answer.value ?? {}, is_error: false };
}

interface ClientCallProps {
  readonly call: RequiredToolCall;
  readonly form: AnswerForm | undefined;
  readonly value: CallDraft;
  readonly faults: readonly FieldFault[];
  readonly onChange: (changed: CallDraft) => void;
}

function ClientCall({ call, form, value, faults, onChange }: ClientCallProps) {
  const { mode } = value;
  return (
    <div className={styles.fields} data-call={call.tool_call_id}>
      <header className={styles.head}>
        <h3>{form?.title ?? `The agent asks: ${shownText(call.tool_name)}`}</h3>
        {call.deadline_at != null && (
          <Countdown
            until={call.deadline_at}
            before="Time left:"
            over="The time is over: the agent goes on without it"
          />
        )}
      </header>
      {form?.shown !== undefined && Object.keys(form.shown).length > 0 && <JsonTree value={form.shown} />}
      {mode === "form" && form !== undefined ? (
        <FieldView
          field={form.field}
          draft={value.draft}
          path=""
          faults={faults}
          onChange={(draft) => onChange({ ...value, draft })}
        />
      ) : (
        <RawAnswer value={value} faults={faults} onChange={onChange} />
      )}
      <div className={styles.modes} role="group" aria-label="How to answer">
        {(["form", "json", "error"] as const).map((one) => (
          <button
            key={one}
            type="button"
            className={styles.mode}
            aria-pressed={mode === one}
            onClick={() => onChange({ ...value, mode: one })}
          >
            {one === "form" ? "Answer" : one === "json" ? "As JSON" : "It failed"}
          </button>
        ))}
      </div>
    </div>
  );
}

function RawAnswer({ value, faults, onChange }: Pick<ClientCallProps, "value" | "faults" | "onChange">) {
  return (
    <label className={styles.label}>
      {value.mode === "error" ? "What went wrong? The model reads it." : "The answer as JSON"}
      <textarea
        className={styles.raw}
        value={value.raw}
        spellCheck={value.mode === "error"}
        onChange={(event) => onChange({ ...value, raw: event.target.value })}
      />
      {faults.map((fault) => (
        <span key={fault.message} className={styles.fault} role="alert">
          {fault.message}
        </span>
      ))}
    </label>
  );
}
