// What the server of a tool asks in the middle of a call: values for a form, or to open a page of its own.
import { useMemo, useState } from "react";
import type { Everturn, RequiredToolCall } from "../../../../client/index.ts";
import type { ShownQuestion } from "../../../../core/chat/message.ts";
import type { JsonObject } from "../../../../core/part/part.ts";
import { safeLink, shownAddress } from "../markdown/safe-link.ts";
import { shownText } from "../markdown/shown-text.ts";
import type { AskedProps } from "./asked.ts";
import { Countdown } from "./countdown.tsx";
import { FieldView } from "./field-view.tsx";
import { answerOf, type Draft, type FieldFault, firstDraft, parsedJson, typed } from "./form-draft.ts";
import styles from "./questions.module.css";
import { formOf, isObject } from "./schema-fields.ts";
import { useAnswer } from "./use-answer.ts";

type FlatContent = NonNullable<Parameters<Everturn["chats"]["answers"]>[1][number]["content"]>;

interface ServerQuestionProps extends AskedProps {
  readonly call: RequiredToolCall;
  readonly question: ShownQuestion;
}

export function ServerQuestions({ call, ...asked }: AskedProps & { readonly call: RequiredToolCall }) {
  return (call.questions ?? []).map((question) => (
    <ServerQuestion key={question.question_id} call={call} question={question} {...asked} />
  ));
}

function ServerQuestion({ call, question, client, chatId, onFault }: ServerQuestionProps) {
  const answer = useAnswer(onFault);
  const send = (action: "accept" | "decline", content?: JsonObject): void => {
    const given = { tool_call_id: call.tool_call_id, question_id: question.question_id, action };
    // Whether the fields are of types that the API takes is the server's to say.
    const values = content as FlatContent | undefined;
    void answer.send(() => client.chats.answers(chatId, [{ ...given, ...(values && { content: values }) }]));
  };
  const asker = call.asked_by === undefined ? "A server" : shownText(call.asked_by.name);
  return (
    <article className={styles.card} data-question="server" aria-label={`${asker} asks`}>
      <header className={styles.head}>
        <h3>{asker} asks</h3>
        {call.deadline_at != null && (
          <Countdown until={call.deadline_at} before="Time left:" over="The time is over" />
        )}
      </header>
      <p className={styles.message}>{shownText(question.message)}</p>
      {answer.fault !== null && (
        <p className={styles.fault} role="alert">
          {answer.fault}
        </p>
      )}
      {question.mode === "form" ? (
        <ServerForm
          schema={question.schema}
          faults={answer.faults}
          isSending={answer.isSending}
          onSend={send}
        />
      ) : (
        <ServerPage url={question.url} isSending={answer.isSending} onSend={send} />
      )}
    </article>
  );
}

interface ServerFormProps {
  readonly schema: JsonObject;
  /** What the server of the chat has against the answer. */
  readonly faults: readonly FieldFault[];
  readonly isSending: boolean;
  readonly onSend: (action: "accept" | "decline", content?: JsonObject) => void;
}

function ServerForm({ schema, faults, isSending, onSend }: ServerFormProps) {
  const form = useMemo(() => formOf(schema), [schema]);
  const [draft, setDraft] = useState<Draft>(() => (form === null ? "{}" : firstDraft(form)));
  const [own, setOwn] = useState<readonly FieldFault[]>([]);
  const send = (): void => {
    const made = form === null ? parsedJson(typed(draft)) : answerOf(form, draft, "");
    if (made.type === "faults") return setOwn(made.faults);
    if (!isObject(made.value)) return setOwn([{ path: "", message: "The answer must be a JSON object." }]);
    setOwn([]);
    onSend("accept", made.value);
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
      {form === null ? (
        <label className={styles.label}>
          The answer as JSON
          <textarea
            className={styles.raw}
            value={typed(draft)}
            onChange={(event) => setDraft(event.target.value)}
          />
          {shown.map((fault) => (
            <span key={fault.message} className={styles.fault} role="alert">
              {fault.message}
            </span>
          ))}
        </label>
      ) : (
        <FieldView field={form} draft={draft} path="" faults={shown} onChange={setDraft} />
      )}
      <Buttons accept="Send the answer" isSending={isSending} onDecline={() => onSend("decline")} />
    </form>
  );
}

/** `answers[0].content.city` is `city` of the form. */
function placeIn(path: string): string {
  return path.replace(/^(?:answers\[\d+\]\.|answers\.\d+\.)?content\.?/, "");
}

interface ServerPageProps {
  readonly url: string;
  readonly isSending: boolean;
  readonly onSend: (action: "accept" | "decline") => void;
}

/** The whole address is shown: a server may ask for a sign-in, and people must see where. */
function ServerPage({ url, isSending, onSend }: ServerPageProps) {
  const safe = safeLink(url);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        onSend("accept");
      }}
    >
      {safe === null ? (
        <p className={styles.fault}>It wants you to open {shownAddress(url)}, which is no web address.</p>
      ) : (
        <p className={styles.message}>
          Open{" "}
          <a href={safe} target="_blank" rel="noopener noreferrer nofollow">
            {shownAddress(safe)}
          </a>{" "}
          if you trust it, and say here when you are done.
        </p>
      )}
      <Buttons
        accept="I have done it"
        isSending={isSending || safe === null}
        onDecline={() => onSend("decline")}
      />
    </form>
  );
}

interface ButtonsProps {
  readonly accept: string;
  readonly isSending: boolean;
  readonly onDecline: () => void;
}

function Buttons({ accept, isSending, onDecline }: ButtonsProps) {
  return (
    <div className={styles.buttons}>
      <button type="submit" className={styles.primary} disabled={isSending}>
        {accept}
      </button>
      <button type="button" className={styles.plain} onClick={onDecline}>
        No, thanks
      </button>
    </div>
  );
}
