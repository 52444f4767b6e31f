// What a chat's subagents ask, for the chat itself (SPEC G6). It is derived where chats are read for API clients: the row of the
// subagent alone says what is asked. `tellRoot` (store/turn/transition.ts) raises the chat's version whenever it changes.
import type { AttentionItem, RequiredAction } from "../../core/chat/message.ts";
import { readableJson } from "../database.ts";

/** Has arguments and questions: texts of models and of strangers' servers. */
const ASKED = `${readableJson("below.required_action")} -> 'tool_calls'`;

/**
 * SQL for `child_questions` beside `chats.*`; null for chats that have never had a subagent, which cost no look. Arguments are left
 * out: the subagent's own `required_action` has them, and lists of chats carry this.
 */
export const CHILD_QUESTIONS = `case when chats.has_agents then (
    select json_agg(json_build_object('chat_id', below.id, 'tool_calls', (
        select json_agg(json_build_object('tool_call_id', call -> 'tool_call_id', 'tool_name', call -> 'tool_name',
          'kind', call -> 'kind', 'deadline_at', call -> 'deadline_at'))
        from json_array_elements(${ASKED}) call)) order by below.id)
    from chats below
    where below.root_chat_id = chats.id and below.parent_chat_id is not null and below.status = 'requires_action'
      and json_array_length(${ASKED}) > 0) end as child_questions`;

interface AskingRow {
  readonly id: string;
  readonly required_action: RequiredAction | null;
  readonly child_questions: readonly AttentionItem[] | null;
}

/** The chat's own open questions first, then its subagents'. */
export function attentionOf({ id, required_action, child_questions }: AskingRow): readonly AttentionItem[] {
  const own = (required_action?.tool_calls ?? []).map(({ tool_call_id, tool_name, kind, deadline_at }) => ({
    tool_call_id,
    tool_name,
    kind,
    deadline_at: deadline_at ?? null,
  }));
  return [...(own.length === 0 ? [] : [{ chat_id: id, tool_calls: own }]), ...(child_questions ?? [])];
}
