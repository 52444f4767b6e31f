// Which step of which script a call is answered with. Registered scripts and attempts already made are all that it remembers.
import { BoundedMap } from "../bounded-map.ts";
import { objectOf } from "../json.ts";
import { CallRefused, lastUserText, type ModelCall, turnsSinceUser } from "../request/model-call.ts";
import { parseScript, type Script, type ScriptStep } from "./script-step.ts";

/** Scripts and counters kept; a test run uses a few hundred, and the process may live for weeks. */
const scriptsMax = 10_000;
const scriptLine = /^#script[ \t]+(?:key=(\S+))?[ \t]*(.*)$/m;
const paragraphBreak = /\n[ \t]*\n/;

export interface ChosenStep {
  readonly key: string;
  /** Which model call of the turn this is, from 0. */
  readonly stepIndex: number;
  readonly step: ScriptStep;
}

export class ScriptBook {
  readonly #scripts = new BoundedMap<string, Script>(scriptsMax);
  readonly #attempts = new BoundedMap<string, number>(scriptsMax);

  /** Makes `#script key=<key>` mean this script. Its attempts are counted anew. */
  register(key: string, script: Script): void {
    this.#scripts.set(key, script);
    script.steps.forEach((_, index) => this.#attempts.delete(attemptKey(key, index)));
  }

  /** The step that the last user message asks for, or null when it has no directive. Throws `CallRefused` for a wrong one. */
  choose(call: ModelCall): ChosenStep | null {
    // The last paragraph alone: adapters put unanswered messages of earlier turns before it.
    const found = scriptLine.exec(lastUserText(call.turns).split(paragraphBreak).at(-1) ?? "");
    if (found === null) return null;
    const line = found[0];
    const script = this.#scriptOf(found[1], (found[2] ?? "").trim());
    const key = found[1] ?? script.key ?? line;
    const stepIndex = turnsSinceUser(call.turns).filter((turn) => turn.role === "assistant").length;
    const chosen = this.#stepOf(script, key, stepIndex);
    return { ...chosen, step: withResults(chosen.step, call) };
  }

  /** The first step of the script registered under `model:<name>`: for calls that quote directives and obey none. */
  ofModel(call: ModelCall): ChosenStep | null {
    const key = `model:${call.model}`;
    const script = this.#scripts.get(key);
    return script === undefined ? null : this.#stepOf(script, key, 0);
  }

  #stepOf(script: Script, key: string, stepIndex: number): ChosenStep {
    const step = script.steps[stepIndex];
    if (step === undefined) return { key, stepIndex, step: { text: "done" } };
    const { attempts, ...plain } = step;
    if (attempts === undefined) return { key, stepIndex, step: plain };
    const attempt = this.#count(attemptKey(key, stepIndex));
    return { key, stepIndex, step: { ...plain, ...(attempts[attempt] ?? attempts.at(-1)) } };
  }

  #scriptOf(key: string | undefined, json: string): Script {
    if (json !== "") {
      try {
        return parseScript(JSON.parse(json));
      } catch (error) {
        throw new CallRefused(400, `#script: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    const script = key === undefined ? undefined : this.#scripts.get(key);
    if (script === undefined)
      throw new CallRefused(400, `#script: no script is registered under ${key ?? "no key"}`);
    return script;
  }

  /** Attempts made before this one. */
  #count(key: string): number {
    const before = this.#attempts.get(key) ?? 0;
    this.#attempts.set(key, before + 1);
    return before;
  }
}

function attemptKey(key: string, stepIndex: number): string {
  return `${stepIndex} ${key}`;
}

/** `$result.2.chat_id`: of the third tool result in the prompt, this field. `$turn.2.chat_id`: of the third one in this turn. */
const resultReference = /^\$(result|turn)\.(\d+)\.(\w+)$/;

/** The step with what its calls take from earlier results. Throws `CallRefused` for what is not there. */
function withResults(step: ScriptStep, { turns }: ModelCall): ScriptStep {
  const { tool_calls } = step;
  if (tool_calls === undefined || !/\$(?:result|turn)\./.test(JSON.stringify(tool_calls))) return step;
  const results = {
    result: turns.flatMap((turn) => turn.results),
    turn: turnsSinceUser(turns).flatMap((turn) => turn.results),
  };
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fill(inner)]));
    const found = typeof value === "string" ? resultReference.exec(value) : null;
    if (found === null) return value;
    const [, from, at, name = ""] = found;
    return fieldOf(results[from as keyof typeof results][Number(at)]?.text, name);
  };
  const filled = tool_calls.map((each) =>
    each.args === undefined ? each : { ...each, args: objectOf(fill(each.args)) },
  );
  return { ...step, tool_calls: filled };
}

function fieldOf(result: string | undefined, name: string): unknown {
  let value: unknown;
  try {
    value = objectOf(JSON.parse(result ?? "null"))[name];
  } catch {
    value = undefined;
  }
  if (value === undefined)
    throw new CallRefused(400, `#script: the tool result has no ${name}: ${result ?? "there is none"}`);
  return value;
}
