// What an agent asks to be allowed: one by one, or all together.
import { useState } from "react";
import type { RequiredToolCall } from "../../../../client/index.ts";
import { PROPOSE_PLAN } from "../../../../core/plan/plan-mode.ts";
import { countOf } from "../../ui/words.ts";
import { ApprovalCard } from "./approval-card.tsx";
import type { AskedProps } from "./asked.ts";
import { PlanCard } from "./plan-card.tsx";
import styles from "./questions.module.css";
import { useAnswer } from "./use-answer.ts";

export function Approvals({ calls, ...asked }: AskedProps & { readonly calls: readonly RequiredToolCall[] }) {
  const plans = calls.filter((call) => call.tool_name === PROPOSE_PLAN);
  const others = calls.filter((call) => call.tool_name !== PROPOSE_PLAN);
  return (
    <>
      {plans.map((call) => (
        <PlanCard key={call.tool_call_id} call={call} {...asked} />
      ))}
      {others.length > 1 && <All calls={others} {...asked} />}
      {others.map((call, at) => (
        <ApprovalCard
          key={call.tool_call_id}
          call={call}
          isFirst={asked.hasKeys && at === 0 && plans.length === 0}
          {...asked}
        />
      ))}
    </>
  );
}

function All({
  calls,
  client,
  chatId,
  onFault,
}: AskedProps & { readonly calls: readonly RequiredToolCall[] }) {
  const answer = useAnswer(onFault);
  const [isSure, setSure] = useState(false);
  const decide = (approved: boolean): void => {
    const decisions = calls.map(({ tool_call_id }) => ({ tool_call_id, approved }));
    void answer.send(() => client.chats.approvals(chatId, decisions));
  };
  return (
    <div className={styles.all}>
      <span>{countOf(calls.length, "question")} for you</span>
      {isSure ? (
        <>
          <button
            type="button"
            className={styles.primary}
            disabled={answer.isSending}
            onClick={() => decide(true)}
          >
            Yes, allow all {calls.length}
          </button>
          <button type="button" className={styles.plain} onClick={() => setSure(false)}>
            No
          </button>
        </>
      ) : (
        <button type="button" className={styles.plain} onClick={() => setSure(true)}>
          Allow all
        </button>
      )}
      <button
        type="button"
        className={styles.plain}
        disabled={answer.isSending}
        onClick={() => decide(false)}
      >
        Deny all
      </button>
      {answer.fault !== null && <p className={styles.fault}>{answer.fault}</p>}
    </div>
  );
}
