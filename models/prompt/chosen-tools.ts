// Which tools a call declares, and whether the model has to call one (SPEC Q12). Pure.
import type { ToolChoice } from "../../core/tool/turn-options.ts";
import type { ModelRequest, ToolSpec } from "../provider.ts";

export interface ChosenTools {
  readonly tools: readonly ToolSpec[];
  /** Undefined: the model decides. */
  readonly choice: Exclude<ToolChoice, "auto"> | undefined;
}

/** A server that knows no choice gets no tools where the model is to call none. */
export function chosenTools({ tools, tool_choice, quirks = [] }: ModelRequest): ChosenTools {
  if (tools.length === 0 || tool_choice === undefined || tool_choice === "auto")
    return { tools, choice: undefined };
  const isUnknown = quirks.includes("without-tool-choice");
  return { tools: tool_choice === "none" && isUnknown ? [] : tools, choice: tool_choice };
}

/** Whether the model has to call a tool. */
export function isForced({ choice }: ChosenTools): boolean {
  return choice !== undefined && choice !== "none";
}
