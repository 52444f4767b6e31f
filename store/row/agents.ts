// Subagents as their parent sees them: rows of chats that another chat has started.
import type { AgentType, AgentView } from "../../core/agents/agent.ts";
import type { ChatStatus, LastError } from "../../core/chat/message.ts";
import type { Part } from "../../core/part/part.ts";
import type { Queryable, Tx } from "../database.ts";

interface AgentRow {
  readonly chat_id: string;
  readonly title: string;
  readonly type: AgentType;
  readonly status: ChatStatus;
  readonly last_error: LastError | null;
  readonly interrupted: boolean;
  readonly content: readonly Part[] | null;
}

/** The newest answer of the last turn comes along: it is the report. */
const AGENTS = `select c.id as chat_id, c.title, c.agent_type as type, c.status, c.last_error, m.content,
    exists (select from turn_ends e where e.chat_id = c.id and e.turn_id = c.current_turn_id
      and e.status = 'interrupted') as interrupted
  from chats c left join lateral (select content from messages where chat_id = c.id and id >= c.current_turn_id
    and role = 'assistant' and visibility <> 'model' and deleted_at is null order by id desc limit 1) m on true
  where c.parent_chat_id = $1`;

/** Null: there is no such subagent of this chat. */
export async function readAgent(db: Queryable, parentId: string, agentId: string): Promise<AgentView | null> {
  const { rows } = await db.query<AgentRow>(`${AGENTS} and c.id = $2`, [parentId, agentId]);
  return rows[0] === undefined ? null : toView(rows[0]);
}

function toView({ content, ...agent }: AgentRow): AgentView {
  const texts = (content ?? []).flatMap((part) => (part.type === "text" ? [part.text] : []));
  return { ...agent, report: texts.length === 0 ? null : texts.join("\n\n") };
}

export interface ListedAgent {
  readonly chat_id: string;
  readonly title: string;
  readonly type: AgentType;
  readonly status: ChatStatus;
}

/** Oldest first. */
export async function listAgents(db: Queryable, parentId: string): Promise<ListedAgent[]> {
  const { rows } = await db.query<ListedAgent>(
    "select id as chat_id, title, agent_type as type, status from chats where parent_chat_id = $1 order by id",
    [parentId],
  );
  return rows;
}

/** The parent knows its report. Changes no version, because nothing is different for anybody else. */
export async function markTold(tx: Tx, agentId: string): Promise<void> {
  await tx.query("update chats set report_untold = false where id = $1 and report_untold", [agentId]);
}

/** Those that have come to rest since their parent was last told, which it is now. Oldest first. */
export async function takeUntold(tx: Tx, parentId: string, limit: number): Promise<ListedAgent[]> {
  const { rows } = await tx.query<ListedAgent>(
    `update chats set report_untold = false where id in (select id from chats where parent_chat_id = $1 and report_untold
       and status in ('waiting', 'error') order by id limit $2 for update)
     returning id as chat_id, title, agent_type as type, status`,
    [parentId, limit],
  );
  return rows.sort((a, b) => (a.chat_id < b.chat_id ? -1 : 1));
}
