// A plan that an agent proposes: approve it, or say what to change.
import { useEffect, useState } from "react";
import type { JsonValue, RequiredToolCall } from "../../../../client/index.ts";
import { Markdown } from "../markdown/markdown.tsx";
import type { AskedProps } from "./asked.ts";
import styles from "./questions.module.css";
import { useAnswer } from "./use-answer.ts";

export function PlanCard({
  call,
  client,
  chatId,
  onFault,
}: AskedProps & { readonly call: RequiredToolCall }) {
  const answer = useAnswer(onFault);
  const [isChanging, setChanging] = useState(false);
  const plan = usePlan({ call, client, chatId });
  const decide = (decision: { approved: boolean; reason?: string }): void => {
    void answer.send(() =>
      client.chats.approvals(chatId, [{ tool_call_id: call.tool_call_id, ...decision }]),
    );
  };
  return (
    <article className={styles.card} data-question="plan" aria-label="The agent proposes a plan">
      <header className={styles.head}>
        <h3>The agent proposes a plan</h3>
      </header>
      <div className={styles.plan}>
        <Markdown text={plan} />
      </div>
      {answer.fault !== null && (
        <p className={styles.fault} role="alert">
          {answer.fault}
        </p>
      )}
      {!isChanging ? (
        <div className={styles.buttons}>
          <button
            type="button"
            className={styles.primary}
            data-answer="allow"
            disabled={answer.isSending}
            onClick={() => decide({ approved: true })}
          >
            Approve and begin
          </button>
          <button type="button" className={styles.plain} data-answer="deny" onClick={() => setChanging(true)}>
            Change …
          </button>
        </div>
      ) : (
        <ChangePlan
          isSending={answer.isSending}
          onSend={(reason) => decide({ approved: false, reason })}
          onCancel={() => setChanging(false)}
        />
      )}
    </article>
  );
}

interface ChangePlanProps {
  readonly isSending: boolean;
  readonly onSend: (reason: string) => void;
  readonly onCancel: () => void;
}

function ChangePlan({ isSending, onSend, onCancel }: ChangePlanProps) {
  const [reason, setReason] = useState("");
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        onSend(reason.trim());
      }}
    >
      <label className={styles.label}>
        What should be different?
        <textarea
          className={styles.raw}
          value={reason}
          maxLength={2_000}
          // biome-ignore lint/a11y/noAutofocus: the person has just asked for this field
          autoFocus
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
      <div className={styles.buttons}>
        <button type="submit" className={styles.primary} disabled={isSending || reason.trim() === ""}>
          Ask for another plan
        </button>
        <button type="button" className={styles.plain} onClick={onCancel}>
          Back
        </button>
      </div>
    </form>
  );
}

const planCharsMax = 100_000;

/** The text of the plan: in the call itself, or in a file of the chat's workspace. */
function usePlan({
  call,
  client,
  chatId,
}: Pick<AskedProps, "client" | "chatId"> & { readonly call: RequiredToolCall }): string {
  const own: JsonValue | undefined = call.args["plan"];
  const path: JsonValue | undefined = call.args["path"];
  const [loaded, setLoaded] = useState("The plan is being loaded …");
  useEffect(() => {
    if (typeof own === "string" || typeof path !== "string") return;
    const leaving = new AbortController();
    const load = async (): Promise<string> => {
      const { workspace_id } = await client.chats.get(chatId, { signal: leaving.signal });
      if (workspace_id === null) throw new Error("The chat has no workspace.");
      const response = await client.workspaces.readFile(workspace_id, path, { signal: leaving.signal });
      return (await response.text()).slice(0, planCharsMax);
    };
    load().then(setLoaded, (error: unknown) => {
      if (!leaving.signal.aborted)
        setLoaded(`The plan is in \`${path}\`, which could not be read: ${String(error)}`);
    });
    return () => leaving.abort();
  }, [client, chatId, own, path]);
  return typeof own === "string" ? own : loaded;
}
