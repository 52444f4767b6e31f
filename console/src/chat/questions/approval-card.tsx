// One thing that an agent asks to be allowed: what it is, and the answers that a person can give.
import { lazy, Suspense, useState } from "react";
import type { JsonObject, RequiredToolCall } from "../../../../client/index.ts";
import { shownText } from "../markdown/shown-text.ts";
import { callWords, wishOf } from "../tools/call-words.ts";
import { JsonTree } from "../tools/json-tree.tsx";
import { ArgsForm } from "./args-form.tsx";
import type { AskedProps } from "./asked.ts";
import { Countdown } from "./countdown.tsx";
import styles from "./questions.module.css";
import { useAnswer } from "./use-answer.ts";

const DiffView = lazy(() => import("../tools/diff-view.tsx"));

interface ApprovalCardProps extends AskedProps {
  readonly call: RequiredToolCall;
  /** Its keys are said. */
  readonly isFirst: boolean;
}

export function ApprovalCard({ call, isFirst, client, chatId, onFault }: ApprovalCardProps) {
  const answer = useAnswer(onFault);
  const [mode, setMode] = useState<"ask" | "edit" | "deny">("ask");
  const [remembers, setRemembers] = useState(false);
  const id = call.tool_call_id;
  const allow = (args?: JsonObject): void => {
    const decision = {
      tool_call_id: id,
      approved: true,
      ...(args && { args }),
      ...(remembers && { remember: "chat" as const }),
    };
    void answer.send(() => client.chats.approvals(chatId, [decision]));
  };
  const deny = (reason: string): void => {
    const decision = {
      tool_call_id: id,
      approved: false,
      ...(reason.trim() !== "" && { reason: reason.trim() }),
    };
    void answer.send(() => client.chats.approvals(chatId, [decision]));
  };
  return (
    <article
      className={styles.card}
      data-question="approval"
      data-call={id}
      aria-label={`Question: ${callTitle(call)}`}
    >
      <header className={styles.head}>
        <h3>{callTitle(call)}</h3>
        {call.deadline_at != null && (
          <Countdown until={call.deadline_at} before="Waits for" over="The time is over" />
        )}
      </header>
      {mode === "edit" ? (
        <ArgsForm
          args={call.args}
          faults={answer.faults}
          isSending={answer.isSending}
          onSend={allow}
          onCancel={() => setMode("ask")}
        />
      ) : (
        <Arguments call={call} />
      )}
      {answer.fault !== null && (
        <p className={styles.fault} role="alert">
          {answer.fault}
        </p>
      )}
      {mode === "deny" && (
        <DenyForm isSending={answer.isSending} onDeny={deny} onCancel={() => setMode("ask")} />
      )}
      {mode === "ask" && (
        <AskButtons
          call={call}
          isFirst={isFirst}
          isSending={answer.isSending}
          remembers={remembers}
          onRemember={setRemembers}
          onAllow={() => allow()}
          onMode={setMode}
        />
      )}
    </article>
  );
}

interface AskButtonsProps {
  readonly call: RequiredToolCall;
  readonly isFirst: boolean;
  readonly isSending: boolean;
  readonly remembers: boolean;
  readonly onRemember: (remembers: boolean) => void;
  readonly onAllow: () => void;
  readonly onMode: (mode: "edit" | "deny") => void;
}

function AskButtons({ call, isFirst, isSending, remembers, onRemember, onAllow, onMode }: AskButtonsProps) {
  return (
    <div className={styles.buttons}>
      <button
        type="button"
        className={styles.primary}
        data-answer="allow"
        disabled={isSending}
        onClick={onAllow}
      >
        Allow {isFirst && <kbd>Alt Y</kbd>}
      </button>
      <button type="button" className={styles.plain} data-answer="deny" onClick={() => onMode("deny")}>
        Deny … {isFirst && <kbd>Alt N</kbd>}
      </button>
      {call.args_truncated !== true && (
        <button type="button" className={styles.plain} data-answer="edit" onClick={() => onMode("edit")}>
          Change first … {isFirst && <kbd>Alt E</kbd>}
        </button>
      )}
      <label className={styles.check}>
        <input type="checkbox" checked={remembers} onChange={(event) => onRemember(event.target.checked)} />
        Always in this chat
      </label>
    </div>
  );
}

/** `Run npm test?` */
function callTitle(call: RequiredToolCall): string {
  const words = callWords(call.tool_name, call.args);
  const { object } = words;
  const name = call.tool_name.includes("__") ? "" : ` (${shownText(call.tool_name)})`;
  return call.tool_name === "execute"
    ? "Run this command?"
    : `${wishOf(words)}${object === "" ? "" : ` ${object}`}${name}?`;
}

function Arguments({ call }: { readonly call: RequiredToolCall }) {
  const { command } = call.args;
  if (Object.keys(call.args).length === 0) return <p className={styles.hint}>Without arguments.</p>;
  const isEdit = call.tool_name === "edit_files" || call.tool_name === "write_file";
  return (
    <div className={styles.args}>
      {call.tool_name === "execute" && typeof command === "string" ? (
        <>
          <pre className={styles.command}>{shownText(command)}</pre>
          {Object.keys(call.args).length > 1 && <JsonTree value={rest(call.args, "command")} />}
        </>
      ) : isEdit ? (
        <Suspense fallback={null}>
          <DiffView tool={call.tool_name} args={call.args} />
        </Suspense>
      ) : (
        <JsonTree value={call.args} />
      )}
      {call.args_truncated === true && (
        <p className={styles.hint}>These arguments are longer than what is shown here.</p>
      )}
    </div>
  );
}

function rest(args: JsonObject, without: string): JsonObject {
  return Object.fromEntries(Object.entries(args).filter(([name]) => name !== without));
}

interface DenyFormProps {
  readonly isSending: boolean;
  readonly onDeny: (reason: string) => void;
  readonly onCancel: () => void;
}

const reasonCharsMax = 2_000;

function DenyForm({ isSending, onDeny, onCancel }: DenyFormProps) {
  const [reason, setReason] = useState("");
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        onDeny(reason);
      }}
    >
      <label className={styles.label}>
        Why not? The model reads it. You may leave it empty.
        <input
          className={styles.input}
          value={reason}
          maxLength={reasonCharsMax}
          // biome-ignore lint/a11y/noAutofocus: the person has just asked for this field
          autoFocus
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
      <div className={styles.buttons}>
        <button type="submit" className={styles.primary} disabled={isSending}>
          Deny
        </button>
        <button type="button" className={styles.plain} onClick={onCancel}>
          Back
        </button>
      </div>
    </form>
  );
}
