// Waits until the subagents of a chat rest, and holds them against what they were told, and against what their parent was told.
import { join } from "node:path";
import { type ChatLedger, openLedger } from "../chat-ledger.ts";
import { readMarks } from "../mcp/marks.ts";
import { type ChatPlan, type MessagePlan, messagesOf, type Round, type SubagentPlan } from "../plan/plan.ts";
import type { World } from "../world.ts";
import { checkCalls } from "./check-calls.ts";
import { checkMessages } from "./check-messages.ts";
import { checkSubagents, keyOfSubagent, type Subagent } from "./check-subagents.ts";
import { RAN_FILE } from "./expected-answer.ts";
import type { Finding } from "./finding.ts";
import { readRows, type StoredRow } from "./stored-row.ts";
import { patiently, untilRest, type Verified } from "./verify-chat.ts";

export interface SubagentsOf {
  readonly world: World;
  readonly plan: ChatPlan;
  readonly ledger: ChatLedger;
}

interface Parent {
  readonly chat_id: string;
  readonly rows: readonly StoredRow[];
  readonly workspace_id: string | null;
}

/** Throws `Stuck` when one of them does not come to rest. */
export async function verifySubagents(
  of: SubagentsOf,
  parent: Parent,
): Promise<{ readonly findings: readonly Finding[]; readonly verified: readonly Verified[] }> {
  const { world, plan } = of;
  const subagents: Subagent[] = [];
  const verified: Verified[] = [];
  const findings: Finding[] = [];
  for (const id of await idsOfChildren(world, parent.chat_id)) {
    const { history_version, status } = await untilRest(world, id);
    const children = (await idsOfChildren(world, id)).length;
    const subagent = { id, status, children, rows: await patiently(() => readRows(world.pool, id)) };
    subagents.push(subagent);
    verified.push({ chat_id: id, history_version });
    findings.push(...checkOne(of, subagent, parent.workspace_id));
  }
  findings.push(...checkSubagents({ name: plan.name, rows: parent.rows, subagents }));
  return { findings, verified };
}

async function idsOfChildren({ pool }: World, chatId: string): Promise<string[]> {
  const { rows } = await patiently(() =>
    pool.query<{ id: string }>("select id from chats where parent_chat_id = $1 order by id", [chatId]),
  );
  return rows.map(({ id }) => id);
}

/** As any chat: what it was told is answered once, as the model said it, and its calls have one result each. */
function checkOne(
  { world, plan, ledger }: SubagentsOf,
  subagent: Subagent,
  workspace: string | null,
): Finding[] {
  const { rows, status } = subagent;
  const name = `${plan.name} subagent ${keyOfSubagent(subagent)}`;
  const told = planOf(plan, keyOfSubagent(subagent));
  if (told === null) return [{ invariant: 5, kind: "wrong", where: name, what: "it is in no plan" }];
  const parentsInterrupts = ledger.rounds[ledger.entries.get(told.parent)?.round ?? -1]?.interrupts ?? 0;
  const calls = {
    name,
    rows,
    ran: readMarks(join(world.workspacesFolder, workspace ?? "none", "files", RAN_FILE)),
    marks: readMarks(world.mcpJournal),
    answers: new Map(),
    killed: world.killed,
    interrupts: parentsInterrupts + told.subagent.interrupts,
    isSubagent: true,
  };
  const facts = { name, rows, status, ...factsOfPlan(told.subagent, parentsInterrupts) };
  return [...checkMessages(facts), ...checkCalls(calls)];
}

function planOf(plan: ChatPlan, key: string | null) {
  for (const { key: parent, subagents = [] } of messagesOf(plan.rounds)) {
    const subagent = subagents.find(({ messages }) => messages[0]?.key === key);
    if (subagent !== undefined) return { parent, subagent };
  }
  return null;
}

/** What a subagent was told, as if a person had sent it. */
export function factsOfPlan(
  { messages, interrupts }: SubagentPlan,
  parentsInterrupts: number,
): { readonly rounds: readonly Round[]; readonly ledger: ChatLedger } {
  const ledger = openLedger();
  const compactions = { manual: 0, automatic: 0 };
  ledger.rounds.push({ interrupts: interrupts + parentsInterrupts, isInOrder: true, compactions });
  for (const [at, { key }] of messages.entries()) {
    // A parent that was stopped may have told the first of it alone.
    const fate = at > 0 && parentsInterrupts > 0 ? "may-vanish" : "accepted";
    ledger.entries.set(key, { key, round: 0, steers: false, fate, message_id: null, queued_id: null });
  }
  return { rounds: [{ kind: "subagents", moves: messages.map(sent) }], ledger };
}

function sent(message: MessagePlan) {
  return { type: "send", message, busy: "queue" } as const;
}
