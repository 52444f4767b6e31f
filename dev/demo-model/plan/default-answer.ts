// What the demo model says when no script tells it: who it is, what the chat's tools found, a title, a summary, a count.

import { lastUserText, type ModelCall, systemText, turnsSinceUser } from "../request/model-call.ts";
import { agentsStep } from "./agents-plot.ts";
import { describeResults } from "./describe-results.ts";
import { programStep } from "./program-plot.ts";
import { sampleOutput } from "./sample-output.ts";
import type { ScriptStep } from "./script-step.ts";
import { skillStep } from "./skill-plot.ts";
import { toolWishes } from "./tool-wishes.ts";

const wordDelayMs = 25;
const slowWordDelayMs = 120;
const titleWordsMax = 6;
const turnSummaryWordsMax = 4;
const quotedCharsMax = 160;
const countMax = 1_000;

/** Whether the request wants a name or a summary for a chat. Its text quotes messages, so scripts in it are not meant for it. */
export function wantsDescription(call: ModelCall): boolean {
  return descriptionWish(call) !== null;
}

/** The answer to a request without a script. */
export function defaultStep(call: ModelCall): ScriptStep {
  const delay = { delay_ms: call.model === "demo-slow" ? slowWordDelayMs : wordDelayMs };
  const wish = descriptionWish(call);
  if (wish !== null) return { ...delay, text: describeChat(wish, lastUserText(call.turns)) };
  const output = sampleOutput(call);
  if (output !== null) return { ...delay, text: output };
  const plot = programStep(call) ?? agentsStep(call) ?? skillStep(call);
  if (plot !== null) return { ...delay, ...plot };
  const results = turnsSinceUser(call.turns).flatMap((turn) => turn.results);
  if (results.length > 0) return { ...delay, text: describeResults(call, results) };
  const asked = lastUserText(call.turns);
  const reasoning = call.wantsReasoning
    ? { reasoning: `The user wrote ${quote(asked)}. I am a script, so I answer by rule.` }
    : {};
  const calls = toolWishes(asked, call.tools);
  if (calls.length > 0) return { ...delay, ...reasoning, text: "Let me look.", tool_calls: [...calls] };
  return { ...delay, ...reasoning, text: answerTo(asked, call) };
}

type Wish = "title" | "summary" | "turn summary";

function descriptionWish(call: ModelCall): Wish | null {
  // A chat's own calls offer tools or have a prompt of another kind; describing calls have neither.
  if (call.tools.length > 0) return null;
  const instruction = systemText(call.turns);
  if (/\btitles?\b/i.test(instruction)) return "title";
  if (!/\bsummar(y|i[sz]e)/i.test(instruction)) return null;
  return /\b2 to 5 words\b/i.test(instruction) ? "turn summary" : "summary";
}

function describeChat(wish: Wish, text: string): string {
  const quoted = /<message>\n([^]*?)\n<\/message>/.exec(text)?.[1] ?? text;
  const plain = quoted.replace(/^#script.*$/gm, "");
  const words = plain.match(/[\p{L}\p{N}'’-]+/gu) ?? [];
  if (words.length === 0) return "A short chat";
  if (wish === "turn summary") return `Answered ${words.slice(0, turnSummaryWordsMax).join(" ")}`;
  const beginning = words.slice(0, titleWordsMax).join(" ");
  return wish === "title" ? capitalised(beginning) : `Summary: the chat began with “${quoteBody(plain)}”.`;
}

function answerTo(asked: string, call: ModelCall): string {
  const upTo = /\bcount (?:up )?to (\d{1,6})\b/i.exec(asked)?.[1];
  if (upTo !== undefined) return countTo(Math.min(Number(upTo), countMax));
  if (/\b(summari[sz]e|summary)\b/i.test(asked)) return summaryOf(call);
  if (/\b(story|essay|long answer|at length|in detail)\b/i.test(asked)) return STORY;
  return introduction(asked, call);
}

function countTo(last: number): string {
  return Array.from({ length: last }, (_, index) => index + 1).join(" ");
}

function summaryOf(call: ModelCall): string {
  const asked = call.turns.filter((turn) => turn.role === "user").flatMap((turn) => turn.texts);
  const before = asked.slice(0, -1).map((text) => quote(text));
  if (before.length === 0) return "There is nothing before this message to summarise.";
  return `So far you wrote ${before.length === 1 ? "one message" : `${before.length} messages`}: ${before.join(", ")}.`;
}

function introduction(asked: string, call: ModelCall): string {
  const heard = asked.trim() === "" ? "" : ` You wrote ${quote(asked)}.`;
  const tools = call.tools.map((tool) => tool.name);
  const hint =
    tools.length === 0
      ? "Ask me to count to 50 or to tell a story, and stop the worker meanwhile: the answer goes on where it was."
      : `This chat offers me ${tools.join(", ")}: try ${tools.includes("create_workspace") ? "“write a small program”" : "“list the files”, “read README.md” or “search for TODO”"}.`;
  return (
    `Hello! I am the demo model: a small script that answers without a key, so that everything around it can be tried.${heard} ` +
    `${hint} For a real model, set OPENAI_API_KEY or ANTHROPIC_API_KEY and start again.`
  );
}

const STORY =
  "Once there was a lighthouse whose keeper wrote every ship that passed into a book. One night the lamp went out in the " +
  "middle of a sentence. The keeper was gone, but the book lay open, and the keeper who came next read the last line, dipped " +
  "the pen and wrote on, without leaving out a ship and without writing one down twice.\n\n" +
  "The ships never knew. They saw a short flicker, then the light again, turning as before. Years later somebody counted the " +
  "lines in the book and the ships in the harbour's register, and the two numbers were the same.\n\n" +
  "That is the whole story: keep a book, write each line once, and let anybody pick up the pen. I am only a script, so I tell " +
  "it the same way every time.";

function quote(text: string): string {
  return `“${quoteBody(text)}”`;
}

function quoteBody(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  const characters = [...line];
  return characters.length <= quotedCharsMax ? line : `${characters.slice(0, quotedCharsMax).join("")}…`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
