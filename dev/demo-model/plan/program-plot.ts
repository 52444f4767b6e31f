// What the demo model does when asked to write a program: a workspace, a program with a mistake, its tests, the mending, the
// tests again. Step by step from what the turn holds already, so that it goes on wherever a crash left it.
import { objectOf, parsedJson, textOf } from "../json.ts";
import { lastUserText, type ModelCall, turnsSinceUser } from "../request/model-call.ts";
import { faultOf } from "./describe-results.ts";
import type { ScriptStep } from "./script-step.ts";

const NEEDED = ["create_workspace", "write_file", "edit_files", "execute"];
const WISH = /\b(?:write|make|build)\b[^.]*\bprogram\b/i;
const TESTS_WAIT_MS = 120_000;

const PROGRAM = `// The middle value of a list of numbers; of an even count, the mean of the two in the middle.
export function median(numbers) {
  const sorted = [...numbers].sort();
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
`;

/** Slow on purpose, so that there is time to see it run; each run leaves a line, so that runs can be counted. */
const TESTS = `import { appendFileSync } from "node:fs";
import { median } from "./median.mjs";

appendFileSync("runs.log", "run\\n");
const cases = [[[1], 1], [[3, 1, 2], 2], [[1, 2, 3, 4], 2.5], [[5, 5, 1], 5], [[10, 9, 100], 10], [[-1, -10], -5.5]];
let failed = 0;
for (const [numbers, expected] of cases) {
  await new Promise((resolve) => setTimeout(resolve, 500));
  const found = median(numbers);
  const isRight = Object.is(found, expected);
  if (!isRight) failed += 1;
  console.log(\`\${isRight ? "ok" : "NOT OK"} median(\${JSON.stringify(numbers)}) = \${found}\`);
}
console.log(\`\${cases.length - failed} passed, \${failed} failed\`);
process.exitCode = failed === 0 ? 0 : 1;
`;

const RUN_TESTS = { name: "execute", args: { command: "node median.test.mjs", timeout_ms: TESTS_WAIT_MS } };

const STEPS: readonly ScriptStep[] = [
  {
    text: "I need a place to work in first.",
    tool_calls: [{ name: "create_workspace", args: { template: "blank", name: "median" } }],
  },
  {
    text: "Now the program and its tests.",
    tool_calls: [
      { name: "write_file", args: { path: "median.mjs", content: PROGRAM } },
      { name: "write_file", args: { path: "median.test.mjs", content: TESTS } },
    ],
  },
  { text: "Let me run the tests.", tool_calls: [RUN_TESTS] },
  {
    text: "`sort()` compares numbers as text: 10 and 100 come before 9. That is mended easily.",
    tool_calls: [
      {
        name: "edit_files",
        args: {
          files: [
            {
              path: "median.mjs",
              edits: [{ search: "[...numbers].sort()", replace: "[...numbers].sort((a, b) => a - b)" }],
            },
          ],
        },
      },
    ],
  },
  { text: "The tests again, and how often they have run.", tool_calls: [RUN_TESTS] },
  { text: "", tool_calls: [{ name: "execute", args: { command: "wc -l < runs.log" } }] },
];

/** The next step of the program asked for; null when none is asked for, or the chat has no tools for it. */
export function programStep(call: ModelCall): ScriptStep | null {
  const offered = new Set(call.tools.map((tool) => tool.name));
  if (!NEEDED.every((name) => offered.has(name)) || !WISH.test(lastUserText(call.turns))) return null;
  const since = turnsSinceUser(call.turns);
  const done = since.filter((turn) => turn.role === "assistant").length;
  const texts = since.flatMap((turn) => turn.results).map((result) => result.text);
  const fault = texts.map(faultOf).findLast((words) => words !== "");
  if (fault !== undefined) return { text: `That did not work: ${fault}` };
  return STEPS[done] ?? { text: summary(texts.map((text) => textOf(objectOf(parsedJson(text))["output"]))) };
}

function summary(all: readonly string[]): string {
  const outputs = all.filter((output) => output !== "");
  const verdicts = outputs.flatMap((output) => /\d+ passed, \d+ failed/.exec(output)?.[0] ?? []);
  const runs = outputs.at(-1)?.trim() ?? "?";
  return `Done. The first run said “${verdicts[0]}”, the second “${verdicts.at(-1)}”; the tests ran ${runs} times in all. The program is median.mjs.`;
}
