// All open questions of one chat: what an agent wants to do, and tools that the person answers. The chat and the inbox show them.
import { useMemo } from "react";
import type { Everturn, JsonObject, RequiredToolCall } from "../../../../client/index.ts";
import { Approvals } from "./approvals.tsx";
import { ClientCalls } from "./client-calls.tsx";
import styles from "./questions.module.css";
import { ServerQuestions } from "./server-questions.tsx";

export interface QuestionsProps {
  readonly client: Everturn;
  readonly chatId: string;
  readonly calls: readonly RequiredToolCall[];
  /** The whole arguments of a call, where the question has them cut; null: they are not at hand. */
  readonly wholeArgs?: (callId: string) => JsonObject | null;
  /** Says on the page what went wrong. */
  readonly onFault: (words: string) => void;
  /** Whether keys answer the first one: not where questions of several chats stand on a page. */
  readonly hasKeys: boolean;
}

export default function Questions({ calls, wholeArgs, ...asked }: QuestionsProps) {
  const whole = useMemo(
    () =>
      calls.map((call) => {
        const args = call.args_truncated === true ? (wholeArgs?.(call.tool_call_id) ?? null) : null;
        return args === null ? call : { ...call, args, args_truncated: false };
      }),
    [calls, wholeArgs],
  );
  const approvals = whole.filter((call) => call.kind === "approval");
  const clients = whole.filter((call) => call.kind === "client");
  if (whole.length === 0) return null;
  return (
    <section className={styles.questions} aria-label="Questions for you">
      {approvals.length > 0 && <Approvals calls={approvals} {...asked} />}
      {clients.length > 0 && <ClientCalls calls={clients} {...asked} />}
      {whole
        .filter((call) => call.kind === "question")
        .map((call) => (
          <ServerQuestions key={call.tool_call_id} call={call} {...asked} />
        ))}
    </section>
  );
}
