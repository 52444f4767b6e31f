// Decides, when an answer is committed, which of its tool calls somebody is asked about first. Pure.
import type { JsonObject, ToolCallPart } from "../part/part.ts";
import { type PlanVerdict, planVerdict } from "../plan/plan-mode.ts";
import { type ApprovalPolicy, verdictOf } from "./approval-policy.ts";

/** A tool as it was offered to the model, as far as the gate looks at it. */
export interface OfferedTool {
  readonly name: string;
  readonly parameters: JsonObject;
  readonly is_client: boolean;
  readonly is_exclusive: boolean;
  /** A person is asked where no policy says otherwise. */
  readonly asks: boolean;
  /** It says of itself that it changes nothing. */
  readonly reads?: boolean;
}

export interface Gate {
  readonly call: ToolCallPart;
  /**
   * `forbidden`: a policy refuses the call, and nobody is asked. `unoffered`: the model was not given the tool, so the call gets an
   * error even if the tool is there by the time it would run: nobody could have been asked about it.
   */
  readonly kind: "client" | "approval" | "forbidden" | "unoffered";
  /** Of a forbidden call: why, for the model; absent: a policy says so. */
  readonly words?: string;
  readonly parameters: JsonObject;
}

export interface GateInput {
  /** Of one answer, in call order. */
  readonly calls: readonly ToolCallPart[];
  readonly offered: readonly OfferedTool[];
  /** The nearest first. */
  readonly policies: readonly ApprovalPolicy[];
  /** The chat is in plan mode (SPEC C6). */
  readonly plan_mode?: boolean;
}

/** The calls that do not simply run. All others run at once. */
export function gateCalls({ calls, offered, policies, plan_mode = false }: GateInput): readonly Gate[] {
  const byName = new Map(offered.map((tool) => [tool.name, tool]));
  // A batch beside an exclusive tool is refused as a whole, so there is nothing to ask (SPEC L6).
  if (calls.length > 1 && calls.some((call) => byName.get(call.tool_name)?.is_exclusive)) return [];
  return calls.flatMap((call): readonly Gate[] => {
    const tool = byName.get(call.tool_name);
    if (tool === undefined) return [{ call, kind: "unoffered", parameters: {} }];
    // What is not JSON is refused with words for the model: no person needs to look at it.
    if (isUnreadable(call)) return [];
    const planned =
      plan_mode && !tool.is_client ? planVerdict({ ...call, reads: tool.reads === true }) : null;
    const kind = kindOf(tool, policies, planned);
    if (kind === null) return [];
    const words = kind === "forbidden" && planned?.type === "forbidden" ? { words: planned.words } : {};
    return [{ call, kind, parameters: tool.parameters, ...words }];
  });
}

function kindOf(
  tool: OfferedTool,
  policies: readonly ApprovalPolicy[],
  planned: PlanVerdict | null,
): Gate["kind"] | null {
  const verdict = verdictOf(tool.name, policies) ?? (tool.asks ? "ask" : "auto");
  if (verdict === "deny" || planned?.type === "forbidden") return "forbidden";
  // The client asks its person itself.
  if (tool.is_client) return "client";
  return verdict === "ask" || planned?.type === "ask" ? "approval" : null;
}

function isUnreadable({ args }: ToolCallPart): boolean {
  return typeof args["_raw"] === "string" && Object.keys(args).length === 1;
}
