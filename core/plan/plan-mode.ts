// What an agent may do while its chat is in plan mode (SPEC C6). Pure.
import type { JsonObject, JsonValue } from "../part/part.ts";
import { UPDATE_TODOS } from "./todos.ts";

/** The tool with which an agent asks to leave plan mode. */
export const PROPOSE_PLAN = "propose_plan";

/** Where plans are: the only files that may be written. */
const PLAN_FOLDER = ".everturn/plans";
const PLAN_FILE = /^(?:\.\/)?\.everturn\/plans\/[A-Za-z0-9][\w.-]{0,99}\.md$/;
export const planTextCharsMax = 30_000;

export function isPlanFile(path: JsonValue | undefined): path is string {
  return typeof path === "string" && PLAN_FILE.test(path);
}

/** The plan that a call proposes: a file, or the text itself. Null: its arguments name neither, or both. */
export function proposedPlan({
  path,
  plan,
}: JsonObject): { readonly path: string } | { readonly plan: string } | null {
  if (plan === undefined) return isPlanFile(path) ? { path } : null;
  const isText = typeof plan === "string" && plan.trim() !== "" && plan.length <= planTextCharsMax;
  return isText && path === undefined ? { plan } : null;
}

/** The result of a proposal that a person has approved. */
export function approvedPlan(args: JsonObject): JsonObject {
  const plan = proposedPlan(args);
  const path = plan !== null && "path" in plan ? { path: plan.path } : {};
  const note = "The user has approved the plan, and plan mode has ended. Carry the plan out.";
  return { approved: true, ...path, note };
}

/** Tools that change nothing which a plan could be about. */
const HARMLESS: ReadonlySet<string> = new Set([
  UPDATE_TODOS,
  "create_workspace",
  "start_workspace",
  // An agent that explores has nothing but tools that read, and any other is in plan mode, too.
  "spawn_agent",
  "wait_agent",
  "interrupt_agent",
]);

/**
 * `as-usual`: policies decide. `ask`: a person decides about each call, whatever policies allow. `forbidden`: nobody is asked, and
 * `words` tell the model why.
 */
export type PlanVerdict =
  | { readonly type: "as-usual" | "ask" }
  | { readonly type: "forbidden"; readonly words: string };

export interface PlannedCall {
  readonly tool_name: string;
  readonly args: JsonObject;
  /** The tool says of itself that it changes nothing. */
  readonly reads: boolean;
}

export function planVerdict({ tool_name, args, reads }: PlannedCall): PlanVerdict {
  if (tool_name === PROPOSE_PLAN) {
    // An approval ends plan mode, so nobody is asked about a call that could not be run.
    return proposedPlan(args) === null ? { type: "forbidden", words: PROPOSAL_WORDS } : { type: "ask" };
  }
  const written = writtenFiles(tool_name, args);
  if (written !== null) {
    const isPlan = written.length > 0 && written.every(isPlanFile);
    return isPlan ? { type: "as-usual" } : { type: "forbidden", words: WRITING_WORDS };
  }
  // What a shell does cannot be told from its command, so commands are asked about like anything else that may change something.
  // Nor can it be told whether an agent that gets a message is in plan mode: it may have been started before.
  return { type: reads || HARMLESS.has(tool_name) ? "as-usual" : "ask" };
}

/** The paths that a call writes; null: its tool writes no files. */
function writtenFiles(tool: string, { path, files }: JsonObject): readonly (JsonValue | undefined)[] | null {
  if (tool === "write_file") return [path];
  if (tool !== "edit_files") return null;
  if (!Array.isArray(files)) return [];
  return files.map((file) =>
    typeof file === "object" && file !== null && !Array.isArray(file)
      ? (file as JsonObject)["path"]
      : undefined,
  );
}

const EXAMPLE = `${PLAN_FOLDER}/plan.md`;
const WRITING_WORDS =
  `The call was not run: in plan mode only the plan may be written, a Markdown file in ${PLAN_FOLDER}, such as ${EXAMPLE}. ` +
  `Write the plan there, and propose it with ${PROPOSE_PLAN}.`;
const PROPOSAL_WORDS =
  `The plan was not proposed: give either {"path": "${EXAMPLE}"}, a Markdown file in ${PLAN_FOLDER} that you have written, or ` +
  `{"plan": "..."} with the text of the plan, at most ${planTextCharsMax} characters.`;
