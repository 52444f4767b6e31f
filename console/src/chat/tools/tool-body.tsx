// What an opened tool card shows, in the shape that fits the tool.
import { lazy, type ReactNode, Suspense } from "react";
import type { JsonObject, JsonValue } from "../../../../core/part/part.ts";
import { ColoredCode } from "../markdown/code-block.tsx";
import { languageOfPath } from "../markdown/languages.ts";
import { Markdown } from "../markdown/markdown.tsx";
import { shownText } from "../markdown/shown-text.ts";
import type { ToolItem } from "../messages/items.ts";
import { faultWords } from "./call-state.ts";
import { field, word } from "./call-words.ts";
import { JsonTree } from "./json-tree.tsx";
import { OutputView } from "./output-view.tsx";
import styles from "./tools.module.css";

const DiffView = lazy(() => import("./diff-view.tsx"));

interface ToolBodyProps {
  readonly item: ToolItem;
  readonly output: string | undefined;
  readonly isOver: boolean;
}

export default function ToolBody({ item, output, isOver }: ToolBodyProps) {
  const { call, result, decision } = item;
  const args = decision?.args ?? call.args ?? {};
  const fault = faultWords(item);
  return (
    <>
      {call.args === null && <pre className={styles.raw}>{shownText(call.args_text) || "…"}</pre>}
      {decision !== null && <DecisionNote item={item} />}
      {bodyOf(call.tool_name, { args, result: result?.result, output, isOver })}
      {fault !== null && <p className={styles.fault}>{fault}</p>}
      {result?.truncated === true && <p className={styles.note}>The result was too long and has been cut.</p>}
      {noteOf(result?.result)}
    </>
  );
}

function DecisionNote({ item }: { readonly item: ToolItem }) {
  const { decision } = item;
  if (decision === null) return null;
  if (decision.question !== undefined) {
    const answer = { accept: "answered", decline: "declined", cancel: "cancelled" }[decision.question.action];
    return (
      <p className={styles.note}>
        Its server asked: {shownText(decision.question.message)} A person {answer} this.
      </p>
    );
  }
  const words = decision.approved
    ? `Allowed by a person${decision.args === undefined ? "" : ", with other arguments than the model's"}.`
    : `Denied by a person${decision.reason === undefined ? "." : `: ${decision.reason}`}`;
  return <p className={styles.note}>{words}</p>;
}

interface BodyInput {
  readonly args: JsonObject;
  readonly result: JsonValue | undefined;
  readonly output: string | undefined;
  readonly isOver: boolean;
}

function bodyOf(tool: string, input: BodyInput): ReactNode {
  const { args, result } = input;
  switch (tool) {
    case "execute":
    case "process_output":
      return <CommandBody {...input} />;
    case "edit_files":
    case "write_file":
      return (
        <Suspense fallback={null}>
          <DiffView tool={tool} args={args} />
        </Suspense>
      );
    case "read_file":
    case "view_file":
      return <FileBody args={args} result={result} />;
    case "grep":
      return <Matches result={result} />;
    case "propose_plan":
      return typeof args["plan"] === "string" ? <Markdown text={args["plan"]} /> : <JsonTree value={args} />;
    case "advisor":
      return (
        <Asked question={args["question"]} answer={input.isOver ? adviceOf(result) : (input.output ?? "")} />
      );
    case "spawn_agent":
    case "message_agent":
    case "wait_agent":
      return <AgentBody args={args} result={result} />;
    default:
      return <PlainBody {...input} />;
  }
}

function CommandBody({ args, result, output, isOver }: BodyInput) {
  const command = args["command"];
  const final = field(result, "output");
  const text = typeof final === "string" ? final : (output ?? "");
  return (
    <>
      {typeof command === "string" && <pre className={styles.command}>{shownText(command)}</pre>}
      <OutputView text={text} live={!isOver} />
    </>
  );
}

/** The lines of a file with their numbers, as the tool gives them: `<number>\t<line>`. */
function FileBody({ args, result }: { readonly args: JsonObject; readonly result: JsonValue | undefined }) {
  const content = field(result, "content");
  const total = field(result, "total_lines");
  if (typeof content !== "string") return <JsonTree value={args} />;
  const lines = content.split("\n").map((line) => /^\s*(\d+)\t?(.*)$/s.exec(line));
  const code = lines.map((line) => shownText(line?.[2] ?? "")).join("\n");
  const path = typeof args["path"] === "string" ? args["path"] : "";
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <div className={styles.file} tabIndex={0} role="region" aria-label={`Lines of ${shownText(path)}`}>
        <pre className={styles.numbers} aria-hidden="true">
          {lines.map((line) => line?.[1] ?? "").join("\n")}
        </pre>
        <pre className={styles.source}>
          <ColoredCode code={code} language={languageOfPath(path)} closed={true} />
        </pre>
      </div>
      {typeof total === "number" && <p className={styles.note}>The file has {total} lines.</p>}
    </>
  );
}

const matchesMax = 200;

function Matches({ result }: { readonly result: JsonValue | undefined }) {
  const matches = field(result, "matches");
  if (!Array.isArray(matches)) return null;
  if (matches.length === 0) return <p className={styles.note}>Nothing was found.</p>;
  return (
    <ul className={styles.matches}>
      {matches.slice(0, matchesMax).map((match: JsonValue, at: number) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a match has no other name
        <li key={at}>
          <span className={styles.place}>
            {shownText(word(field(match, "path")))}:{JSON.stringify(field(match, "line"))}
          </span>{" "}
          {shownText(word(field(match, "text"))).trim()}
        </li>
      ))}
      {matches.length > matchesMax && <li className={styles.note}>{matches.length - matchesMax} more</li>}
    </ul>
  );
}

function Asked({ question, answer }: { readonly question: JsonValue | undefined; readonly answer: string }) {
  return (
    <>
      {typeof question === "string" && <p className={styles.quote}>{question}</p>}
      <Markdown text={answer} />
    </>
  );
}

function adviceOf(result: JsonValue | undefined): string {
  const found = ["advice", "answer", "text"]
    .map((name) => field(result, name))
    .find((one) => typeof one === "string");
  return typeof found === "string" ? found : "";
}

function AgentBody({ args, result }: { readonly args: JsonObject; readonly result: JsonValue | undefined }) {
  const told = args["prompt"] ?? args["message"];
  const report = field(result, "report");
  return (
    <>
      {typeof told === "string" && <p className={styles.quote}>{told}</p>}
      {typeof report === "string" && report !== "" && <Markdown text={report} />}
    </>
  );
}

function PlainBody({ args, result, output, isOver }: BodyInput) {
  return (
    <>
      {Object.keys(args).length > 0 && <JsonTree value={args} />}
      {!isOver && output !== undefined && output !== "" && <OutputView text={output} live={true} />}
      {result !== undefined && (
        <div className={styles.result}>
          <p className={styles.label}>Result</p>
          <JsonTree value={result} />
        </div>
      )}
    </>
  );
}

/** What a tool says beside its result. */
function noteOf(result: JsonValue | undefined): ReactNode {
  const words = [field(result, "note"), field(result, "hint")].filter((one) => typeof one === "string");
  return words.length === 0 ? null : <p className={styles.note}>{words.join(" ")}</p>;
}
