// Writes down, with the commit of an answer, which of its calls somebody is asked about.
import { toolCallsPerStepMax } from "../../../core/chat/limits.ts";
import { policiesOf } from "../../../core/tool/chat-profile.ts";
import { type Gate, gateCalls, type OfferedTool } from "../../../core/tool/gate-calls.ts";
import { settingsOf } from "../../model/model-book.ts";
import type { NewMessage } from "../../row/messages.ts";
import { callsWithoutResult } from "../../row/messages.ts";
import type { Draft } from "../../unit.ts";

/**
 * Returns whether anybody is asked, or any call is not to be run. A batch that simply runs costs no query.
 * @param offered the tools that the model could call; absent: nobody is asked about any of them
 */
export async function gateAnswer(
  draft: Draft,
  answer: NewMessage,
  offered: readonly OfferedTool[] | undefined,
): Promise<boolean> {
  if (offered === undefined) return false;
  const calls = callsWithoutResult([answer]).filter((call) => call.provider_executed !== true);
  if (calls.length === 0) return false;
  // The last piece of an answer that its output limit cut off is never run, so nobody is asked about it.
  const isCut = answer.finish_reason === "length" && answer.content.at(-1)?.type === "tool-call";
  const { store, tx } = draft.unit;
  const { deployment, user } = await settingsOf(store.modelBook, tx, draft.before.owner_id);
  const policies = [...policiesOf(draft.before), user.approval_policy, deployment.approval_policy];
  // Calls past the limit never run, either.
  const askable = (isCut ? calls.slice(0, -1) : calls).slice(0, toolCallsPerStepMax);
  const gates = gateCalls({ calls: askable, offered, policies, plan_mode: draft.before.plan_mode });
  if (gates.length === 0) return false;
  await insertGates(draft, gates);
  return true;
}

const FORBIDDEN =
  "The call was not run: a policy of this chat, its profile, its user or the deployment forbids this tool.";

async function insertGates({ unit, before }: Draft, gates: readonly Gate[]): Promise<void> {
  const deadlineS = before.client_tool_deadline_s;
  await unit.tx.query(
    `insert into tool_executions (chat_id, tool_call_id, tool_name, attempts, kind, asked_at, deadline_at, parameters,
       decision, decided_at, finished_at, result, is_error)
     select $1, tool_call_id, tool_name, 0, kind, now(), now() + deadline_s * interval '1 second', parameters,
       case when kind in ('forbidden', 'unoffered') then kind end,
       case when kind in ('forbidden', 'unoffered') then now() end,
       case when kind = 'forbidden' then now() end, case when kind = 'forbidden' then result end,
       case when kind = 'forbidden' then true end
     from unnest($2::text[], $3::text[], $4::text[], $5::integer[], $6::json[], $7::json[])
       as gates (tool_call_id, tool_name, kind, deadline_s, parameters, result)`,
    [
      before.id,
      gates.map(({ call }) => call.tool_call_id),
      gates.map(({ call }) => call.tool_name),
      gates.map(({ kind }) => kind),
      gates.map(({ kind }) => (kind === "client" ? deadlineS : null)),
      gates.map(({ kind, parameters }) => (kind === "approval" ? JSON.stringify(parameters) : null)),
      gates.map(({ words }) => JSON.stringify({ error: words ?? FORBIDDEN })),
    ],
  );
}
