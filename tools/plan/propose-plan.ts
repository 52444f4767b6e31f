// `propose_plan`: asks a person to approve the plan. It never runs: what the person decides is its result (store/turn/calls/).
import { z } from "zod";
import { PROPOSE_PLAN, planTextCharsMax } from "../../core/plan/plan-mode.ts";
import { defineTool } from "../define-tool.ts";
import { ToolError } from "../tool-error.ts";

export const proposePlan = defineTool({
  name: PROPOSE_PLAN,
  description:
    "This chat is in plan mode: find out what is to be done, and write a plan, but change nothing yet. You may read everything. The only file that you may write " +
    "is the plan, a Markdown file such as .everturn/plans/plan.md. Commands and whatever else may change something are run only if the user approves each of them. " +
    "When the plan is complete, call this tool alone, with `path` of the plan's file, or with the text as `plan` where you cannot write files. The user then approves, " +
    "which ends plan mode so that you carry the plan out, or says what to change.",
  schema: z.strictObject({
    path: z.string().max(200).optional().describe("Of the plan's file, such as .everturn/plans/plan.md."),
    plan: z.string().max(planTextCharsMax).optional().describe("The plan in Markdown, instead of a file."),
  }),
  runs_in: "worker",
  flags: { exclusive: true },
  run: () => Promise.reject(new ToolError("The plan was not put to anybody: propose it again.")),
});
