// A tool call: one line at rest, which opens to its arguments, its output as it comes, and its result.
import {
  ActivityLogIcon,
  ArchiveIcon,
  CheckIcon,
  ChevronRightIcon,
  CodeIcon,
  Cross2Icon,
  FileTextIcon,
  GearIcon,
  GlobeIcon,
  MagnifyingGlassIcon,
  Pencil1Icon,
  PersonIcon,
} from "@radix-ui/react-icons";
import { lazy, memo, Suspense, useId, useState } from "react";
import { useNow } from "../../ui/shown/clock.ts";
import { FilesView } from "../messages/files-view.tsx";
import type { ToolItem } from "../messages/items.ts";
import { useChatFact } from "../open-chat.ts";
import { durationWords } from "../words.ts";
import { AgentLine, agentOf } from "./agent-line.tsx";
import { type CallState, callDuration, callState, exitCode, faultWords } from "./call-state.ts";
import { type CallIcon, callWords, wishOf } from "./call-words.ts";
import { lastLine } from "./plain-output.ts";
import styles from "./tools.module.css";

// Loaded when somebody points at a card: most are never opened.
const loadBody = () => import("./tool-body.tsx");
const ToolBody = lazy(loadBody);
const preloadBody = (): void => void loadBody().catch(() => undefined);

const ICONS: Readonly<Record<CallIcon, typeof CodeIcon>> = {
  command: CodeIcon,
  read: FileTextIcon,
  write: Pencil1Icon,
  search: MagnifyingGlassIcon,
  workspace: ArchiveIcon,
  agent: PersonIcon,
  plan: ActivityLogIcon,
  web: GlobeIcon,
  tool: GearIcon,
};

interface ToolCardProps {
  readonly item: ToolItem;
  /** What it has written so far, while it runs. */
  readonly output: string | undefined;
}

export const ToolCard = memo(function ToolCard({ item, output }: ToolCardProps) {
  const [isOpen, setOpen] = useState(false);
  const bodyId = useId();
  const state = useChatFact((facts) => callState(item, facts));
  // Other calls that wait have begun: their server, or their tool itself, asks for something.
  const isWish = useChatFact(({ asked }) => asked.get(item.call.tool_call_id)?.kind === "approval");
  const words = callWords(item.call.tool_name, item.call.args);
  const Icon = ICONS[words.icon];
  const isOver = state === "done" || state === "failed" || state === "denied";
  const agent = agentOf(item);
  const tail = !isOver && output !== undefined ? lastLine(output) : "";
  return (
    <div className={styles.card} data-state={state} data-open={isOpen} data-tool={item.call.tool_name}>
      <button
        type="button"
        className={styles.head}
        aria-expanded={isOpen}
        aria-controls={bodyId}
        onPointerEnter={preloadBody}
        onFocus={preloadBody}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon className={styles.icon} aria-hidden="true" />
        <span className={styles.words}>
          {isOver
            ? words.done
            : isWish && state === "asked"
              ? `Asks to ${wishOf(words).toLowerCase()}`
              : words.doing}
          {words.object !== "" && " "}
          {words.object !== "" && (
            <span className={words.is_code ? styles.object : undefined}>{words.object}</span>
          )}
          {tail !== "" && <span className={styles.tail}> {tail}</span>}
        </span>
        <CallMeta item={item} state={state} />
        <ChevronRightIcon className={styles.chevron} aria-hidden="true" />
      </button>
      {state === "failed" && !isOpen && <Fault item={item} />}
      {agent !== null && <AgentLine chatId={agent} />}
      <div id={bodyId} className={styles.body} hidden={!isOpen}>
        {isOpen && (
          <Suspense fallback={null}>
            <ToolBody item={item} output={output} isOver={isOver} />
          </Suspense>
        )}
      </div>
      <ResultFiles item={item} />
    </div>
  );
});

function Fault({ item }: { readonly item: ToolItem }) {
  const fault = faultWords(item);
  return fault === null ? null : <p className={styles.fault}>{fault.slice(0, 300)}</p>;
}

function ResultFiles({ item }: { readonly item: ToolItem }) {
  const files = item.result?.files ?? [];
  return files.length === 0 ? null : <FilesView files={files} />;
}

const WORDS: Readonly<Partial<Record<CallState, string>>> = {
  writing: "writing …",
  asked: "waits for you",
  denied: "denied",
  lost: "no result",
};

/** How it stands, at the end of the line: time, exit code, or in words. */
function CallMeta({ item, state }: { readonly item: ToolItem; readonly state: CallState }) {
  const duration = callDuration(item);
  const code = exitCode(item);
  return (
    <span className={styles.meta}>
      {code !== null && code !== 0 && <span className={styles.bad}>exit code {code}</span>}
      {state === "failed" && code === null && <span className={styles.bad}>failed</span>}
      {WORDS[state] !== undefined && <span>{WORDS[state]}</span>}
      {state === "running" && <Running since={item.call.created_at} />}
      {duration !== null && (duration >= 100 || state === "failed") && <span>{durationWords(duration)}</span>}
      {state === "done" && <CheckIcon className={styles.ok} aria-label="done" />}
      {(state === "failed" || state === "denied") && <Cross2Icon className={styles.bad} aria-hidden="true" />}
      {state === "running" && <span className={styles.spinner} aria-label="running" role="img" />}
    </span>
  );
}

function Running({ since }: { readonly since: string | null }) {
  const now = useNow();
  if (since === null) return null;
  const ms = now - Date.parse(since);
  return ms < 1_000 ? null : <span>{durationWords(Math.floor(ms / 1_000) * 1_000)}</span>;
}
