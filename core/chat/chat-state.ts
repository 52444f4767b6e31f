// The state table of a chat (SPEC S) as data. What it does not list is refused.
import type { ChatStatus } from "./message.ts";

/** W waiting, R running, I interrupting, A requires_action, E error; `+q`: the queue is not empty. W+q does not exist. */
export const CHAT_STATES = ["W", "R", "R+q", "I", "I+q", "A", "A+q", "E", "E+q"] as const;
export type ChatState = (typeof CHAT_STATES)[number];

type Row = Partial<Record<ChatState, readonly ChatState[]>>;

interface Transition {
  /** From each state, the states it may lead to. A missing state refuses the transition. */
  readonly table: Row;
  /** Whether it is allowed on an archived chat. */
  readonly archived: "refused" | "required" | "any";
}

const stays: Row = Object.fromEntries(CHAT_STATES.map((state) => [state, [state]]));
const queueOnly: Row = { "R+q": ["R+q"], "I+q": ["I+q"], "A+q": ["A+q"], "E+q": ["E+q"] };
const toRunning: Row = Object.fromEntries(CHAT_STATES.map((state) => [state, ["R"]]));
const whileRunning: Row = { R: ["R"], "R+q": ["R+q"] };
const sendIdle: Row = { W: ["R"], E: ["R"], "E+q": ["R+q"] };
const answered: Row = { A: ["A", "R"], "A+q": ["A+q", "R+q"] };

function refusedWhenArchived(table: Row): Transition {
  return { table, archived: "refused" };
}

export const TRANSITIONS = {
  send: refusedWhenArchived({
    ...sendIdle,
    R: ["R+q"],
    "R+q": ["R+q"],
    I: ["I+q"],
    "I+q": ["I+q"],
    A: ["A+q"],
    "A+q": ["A+q"],
  }),
  send_interrupt: refusedWhenArchived({
    ...sendIdle,
    R: ["I+q"],
    "R+q": ["I+q"],
    I: ["I+q"],
    "I+q": ["I+q"],
    A: ["R+q"],
    "A+q": ["R+q"],
  }),
  steer: refusedWhenArchived({ "R+q": ["R", "R+q"] }),
  edit: refusedWhenArchived(toRunning),
  regenerate: refusedWhenArchived(toRunning),
  interrupt: refusedWhenArchived({
    W: ["W"],
    E: ["E"],
    "E+q": ["E+q"],
    R: ["I"],
    "R+q": ["I+q"],
    I: ["I"],
    "I+q": ["I+q"],
    A: ["R"],
    "A+q": ["R+q"],
  }),
  promote_queued: refusedWhenArchived({
    "E+q": ["R", "R+q"],
    "A+q": ["R", "R+q"],
    "R+q": ["I+q"],
    "I+q": ["I+q"],
  }),
  edit_queued: refusedWhenArchived(queueOnly),
  reorder_queued: refusedWhenArchived(queueOnly),
  delete_queued: refusedWhenArchived({
    "R+q": ["R+q", "R"],
    "I+q": ["I+q", "I"],
    "A+q": ["A+q", "A"],
    "E+q": ["E+q", "E"],
  }),
  commit_step: refusedWhenArchived(whileRunning),
  inject_context: refusedWhenArchived(whileRunning),
  /** What it was read from has changed, or is to be read again. */
  mark_context: refusedWhenArchived(stays),
  finish_turn: refusedWhenArchived({ R: ["W"], "R+q": ["R", "R+q", "E+q"] }),
  finish_error: refusedWhenArchived({ R: ["E"], "R+q": ["E+q"], I: ["E"], "I+q": ["E+q"] }),
  enter_requires_action: refusedWhenArchived({ R: ["A"], "R+q": ["A+q"] }),
  submit_results: refusedWhenArchived(answered),
  decide_approvals: refusedWhenArchived(answered),
  expire_deadline: refusedWhenArchived(answered),
  /** A running tool call asks a person something, and what ends such a question. */
  ask_question: refusedWhenArchived({ R: ["A"], "R+q": ["A+q"], A: ["A"], "A+q": ["A+q"] }),
  answer_question: refusedWhenArchived(answered),
  end_question: refusedWhenArchived(answered),
  finish_interruption: refusedWhenArchived({ I: ["W"], "I+q": ["R", "R+q", "E+q"] }),
  record_attempt: refusedWhenArchived(whileRunning),
  record_retry: refusedWhenArchived(whileRunning),
  compact: refusedWhenArchived({ W: ["R"], E: ["R"], "E+q": ["R+q"] }),
  clear: refusedWhenArchived({ W: ["W"], E: ["W"] }),
  bind_workspace: refusedWhenArchived(stays),
  rename: { table: stays, archived: "any" },
  archive: refusedWhenArchived({ W: ["W"], E: ["E"] }),
  unarchive: { table: { W: ["W"], E: ["E"] }, archived: "required" },
  /** To another owner, without its queue. */
  hand_over: {
    table: {
      W: ["W"],
      R: ["R"],
      "R+q": ["R"],
      I: ["I"],
      "I+q": ["I"],
      A: ["A"],
      "A+q": ["A"],
      E: ["E"],
      "E+q": ["E"],
    },
    archived: "any",
  },
  /** Deletion removes the row, so nothing ever reaches this state; only the state before it is looked up. */
  delete: { table: stays, archived: "any" },
} as const satisfies Record<string, Transition>;

export type TransitionName = keyof typeof TRANSITIONS;

/** The table's key for a chat row; null for a waiting chat with a queue, which cannot exist (SPEC S6 repairs it). */
export function chatStateOf(status: ChatStatus, queueLength: number): ChatState | null {
  const letter = (
    { waiting: "W", running: "R", interrupting: "I", requires_action: "A", error: "E" } as const
  )[status];
  if (queueLength === 0) return letter;
  return letter === "W" ? null : `${letter}+q`;
}

/** Whether the table allows this transition to start. Asked before anything is changed. */
export function mayBegin(name: TransitionName, from: ChatState, archived: boolean): boolean {
  const transition: Transition = TRANSITIONS[name];
  if (transition.archived === "refused" && archived) return false;
  if (transition.archived === "required" && !archived) return false;
  return transition.table[from] !== undefined;
}

/** Whether the table allows this result. If not, Everturn has a bug, and the transaction is rolled back. */
export function mayEnd(name: TransitionName, from: ChatState, to: ChatState): boolean {
  const transition: Transition = TRANSITIONS[name];
  return transition.table[from]?.includes(to) ?? false;
}
