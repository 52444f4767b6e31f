// Answers what a turn waits for, as clients and people do: late, in part, twice, and at the same time.
import { setTimeout as sleep } from "node:timers/promises";
import type { RequiredToolCall } from "../../core/chat/message.ts";
import type { Answered, ApiClient } from "./api-client.ts";
import type { ChatLedger, LedgerAnswer } from "./chat-ledger.ts";
import { ASKED_TOOL, CLIENT_TOOL } from "./mcp/marks.ts";
import type { AnswerPlan } from "./plan/plan.ts";

/** What chats of a run are made with, so that some of their calls wait. */
export const WAITS = {
  dynamic_tools: [
    { name: CLIENT_TOOL, description: "Asks the person.", parameters: { type: "object", properties: {} } },
  ],
  approval_policy: { [`*__${ASKED_TOOL}`]: "ask" },
} as const;

const POLL_MS = 50;
/** A worker may be lost on the way to the question. */
const ASKED_WITHIN_MS = 120_000;
/** Somebody was quicker, or the call is over. */
const TOO_LATE = ["not_awaiting_results", "unknown_tool_call"];

export interface AnswersDeps {
  readonly api: ApiClient;
  readonly ledger: ChatLedger;
  readonly chatId: string;
}

export class ChatAnswers {
  readonly #deps: AnswersDeps;

  constructor(deps: AnswersDeps) {
    this.#deps = deps;
  }

  /** The calls that wait; none when the chat rests, as it does where a call has failed at once. */
  async untilAsked(): Promise<readonly RequiredToolCall[]> {
    const { api, chatId } = this.#deps;
    const endsAt = performance.now() + ASKED_WITHIN_MS;
    while (performance.now() < endsAt) {
      const { body } = await api.ask("GET", `/v1/chats/${chatId}`);
      if (body.status === "waiting" || body.status === "error") return [];
      if (body.status === "requires_action") return body.required_action.tool_calls;
      await sleep(POLL_MS);
    }
    return [];
  }

  async answer(how: AnswerPlan): Promise<void> {
    const calls = await this.untilAsked();
    await sleep(how.late_ms);
    const clients = () =>
      this.#submit(
        calls.filter(({ kind }) => kind === "client"),
        how,
      );
    const people = () =>
      this.#decide(
        calls.filter(({ kind }) => kind === "approval"),
        how,
      );
    for (const one of how.client_first ? [clients, people] : [people, clients]) await one();
  }

  async #submit(calls: readonly RequiredToolCall[], how: AnswerPlan): Promise<void> {
    if (calls.length === 0) return;
    if (how.incomplete && calls.length > 1) {
      const part = await this.#post("tool-results", { results: resultsOf(calls.slice(1), 0) });
      this.#expectRefusal("some of the results", part, ["results_incomplete"]);
    }
    await this.#race(how.racers, async (racer) => {
      const results = resultsOf(calls, racer);
      const given = results.map(({ tool_call_id, output }) => {
        return [tool_call_id, { type: "client", output }] as const;
      });
      return this.#keep(await this.#post("tool-results", { results }), given);
    });
  }

  async #decide(calls: readonly RequiredToolCall[], how: AnswerPlan): Promise<void> {
    const batches = how.together ? [calls] : calls.map((call) => [call]);
    for (const batch of batches.filter(({ length }) => length > 0)) {
      await this.#race(how.racers, async (racer) => {
        const given = batch.map((call) => decisionOn(call, how.verdicts[calls.indexOf(call)], racer));
        const decisions = given.map(({ decision }) => decision);
        const answered = await this.#post("approvals", { decisions });
        return this.#keep(
          answered,
          given.map(({ decision, answer }) => [decision.tool_call_id, answer]),
        );
      });
    }
  }

  /** All at once, and one more when they are through: at most one of them is heard. */
  async #race(racers: number, one: (racer: number) => Promise<boolean>): Promise<void> {
    const heard = await Promise.all(Array.from({ length: racers }, (_, racer) => one(racer)));
    heard.push(await one(racers));
    const count = heard.filter(Boolean).length;
    if (count > 1) this.#deps.ledger.surprises.push(`${count} answers to the same calls were accepted`);
    if (count === 0) this.#deps.ledger.surprises.push("no answer to the open calls was accepted");
  }

  /** Whether it was accepted. */
  #keep(answered: Answered, given: readonly (readonly [string, LedgerAnswer])[]): boolean {
    if (answered.status >= 400) {
      this.#expectRefusal("an answer", answered, TOO_LATE);
      return false;
    }
    for (const [id, answer] of given) this.#deps.ledger.answers.set(id, answer);
    return true;
  }

  #expectRefusal(what: string, { status, body }: Answered, codes: readonly string[]): void {
    if (status >= 400 && codes.includes(body?.code)) return;
    this.#deps.ledger.surprises.push(`${what} was answered ${status} ${JSON.stringify(body).slice(0, 300)}`);
  }

  #post(path: string, body: unknown): Promise<Answered> {
    const { api, chatId } = this.#deps;
    return api.ask("POST", `/v1/chats/${chatId}/${path}`, body);
  }
}

function resultsOf(calls: readonly RequiredToolCall[], racer: number) {
  return calls.map(({ tool_call_id }) => ({ tool_call_id, output: `client ${racer} of ${tool_call_id}` }));
}

function decisionOn(
  call: RequiredToolCall,
  verdict: AnswerPlan["verdicts"][number] | undefined,
  racer: number,
) {
  const { tool_call_id, args } = call;
  if (verdict === "deny") {
    const reason = `denied by ${racer}`;
    const decision = { tool_call_id, approved: false, reason };
    return { decision, answer: { type: "denied", reason } as const };
  }
  if (verdict !== "edit")
    return { decision: { tool_call_id, approved: true }, answer: { type: "approved", mark: null } as const };
  const mark = `${(args as { mark: string }).mark}-edited-${racer}`;
  const decision = { tool_call_id, approved: true, args: { ...(args as object), mark } };
  return { decision, answer: { type: "approved", mark } as const };
}
