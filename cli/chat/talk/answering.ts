// Answers what a chat asks: approvals one by one, results of client-run tools all at once.
import type { Answers, Everturn, JsonValue, RequiredToolCall } from "../../../client/index.ts";
import { StartError } from "../../../dev/start-error.ts";
import { type Decision, type OpenQuestion, parseArgs, parseJson } from "./questions.ts";

/** What the next line that is sent means, instead of a message. */
export interface Asking {
  readonly prompt: string;
  readonly submit: (text: string) => Promise<void>;
  readonly allowsEmpty: boolean;
}

interface AnsweringInput {
  readonly client: Everturn;
  /** Lets the person type something else first. */
  readonly ask: (asking: Asking, text: string) => void;
  readonly editOutside: ((text: string) => string) | null;
}

interface Answer {
  readonly chat: string;
  readonly question: OpenQuestion;
  readonly text: string;
}

export class Answering {
  readonly #input: AnsweringInput;
  /** Calls that were answered, until the chat says so itself. */
  readonly answered = new Set<string>();
  readonly #results = new Map<string, JsonValue>();

  constructor(input: AnsweringInput) {
    this.#input = input;
  }

  async answer(answer: Answer): Promise<void> {
    const { kind } = answer.question.call;
    if (kind === "client") await this.#result(answer);
    else if (kind === "question") await this.#asked(answer);
    else await this.#approval(answer);
  }

  /** A server asked: a form is answered with its values, a page by saying that it is done. */
  async #asked({ chat, question: { id, call, asked }, text }: Answer): Promise<void> {
    if (asked === null) return;
    const word = text.trim().toLowerCase();
    const of = { tool_call_id: call.tool_call_id, question_id: asked.question_id };
    if (word === "n" || word === "no") return this.#answerAsked(chat, id, { ...of, action: "decline" });
    if (asked.mode === "url") {
      if (word !== "y" && word !== "yes") throw new StartError("Answer with y or n.");
      return this.#answerAsked(chat, id, { ...of, action: "accept" });
    }
    const parsed = parseArgs(text);
    if ("fault" in parsed) throw new StartError(parsed.fault);
    // Whether the values fit is the server's to say.
    const content = parsed.value as NonNullable<Answers[number]["content"]>;
    await this.#answerAsked(chat, id, { ...of, action: "accept", content });
  }

  async #answerAsked(chat: string, id: string, answer: Answers[number]): Promise<void> {
    this.answered.add(id);
    try {
      await this.#input.client.chats.answers(chat, [answer]);
    } catch (error) {
      this.answered.delete(id);
      throw error;
    }
  }

  async #approval({ chat, question: { call: question }, text }: Answer): Promise<void> {
    const { tool_call_id } = question;
    const decide = (decision: Omit<Decision, "tool_call_id">) =>
      this.#decide(chat, { tool_call_id, ...decision });
    const [word = "", ...reason] = text.trim().split(/\s+/u);
    switch (word.toLowerCase()) {
      case "y":
      case "yes":
        return decide({ approved: true });
      case "a":
      case "always":
        return decide({ approved: true, remember: "chat" });
      case "n":
      case "no":
        if (reason.length > 0) return decide({ approved: false, reason: reason.join(" ") });
        return this.#input.ask(
          {
            prompt: "why (Enter: no reason)> ",
            allowsEmpty: true,
            submit: (why) => decide({ approved: false, ...(why.trim() !== "" && { reason: why.trim() }) }),
          },
          "",
        );
      case "e":
      case "edit":
        return this.#editArgs(question, async (args) => decide({ approved: true, args }));
      default:
        throw new StartError("Answer with y, n, e or a. /stop ends the turn.");
    }
  }

  async #decide(chat: string, decision: Decision): Promise<void> {
    this.answered.add(decision.tool_call_id);
    try {
      await this.#input.client.chats.approvals(chat, [decision]);
    } catch (error) {
      this.answered.delete(decision.tool_call_id);
      throw error;
    }
  }

  async #editArgs(
    question: RequiredToolCall,
    submit: (args: Decision["args"] & object) => Promise<void>,
  ): Promise<void> {
    if (question.args_truncated === true)
      throw new StartError("These arguments are too long to be changed here. Answer with y, n or a.");
    const text = JSON.stringify(question.args, null, 2);
    const take = async (changed: string) => {
      const parsed = parseArgs(changed);
      if ("fault" in parsed) throw new StartError(parsed.fault);
      await submit(parsed.value);
    };
    if (this.#input.editOutside !== null) return take(this.#input.editOutside(text));
    this.#input.ask({ prompt: "args> ", submit: take, allowsEmpty: false }, JSON.stringify(question.args));
  }

  async #result({ chat, question: { call: question }, text }: Answer): Promise<void> {
    const parsed = parseJson(text);
    if ("fault" in parsed) throw new StartError(`${parsed.fault}. A text needs quotes: "like this".`);
    this.#results.set(question.tool_call_id, parsed.value);
    this.answered.add(question.tool_call_id);
    const current = await this.#input.client.chats.get(chat);
    const open = current.required_action?.tool_calls.filter(({ kind }) => kind === "client") ?? [];
    if (!open.every(({ tool_call_id }) => this.#results.has(tool_call_id))) return;
    const results = open.map(({ tool_call_id }) => ({
      tool_call_id,
      output: this.#results.get(tool_call_id) ?? null,
    }));
    try {
      await this.#input.client.chats.toolResults(chat, results);
    } catch (error) {
      for (const { tool_call_id } of open) this.answered.delete(tool_call_id);
      throw error;
    }
  }
}
