// What is typed into the composer: its keys, its suggestions, and what they make of its draft.
import { type KeyboardEvent, type RefObject, useCallback, useRef, useState } from "react";
import type { Attachments } from "./attachments.ts";
import { sentBefore } from "./drafts.ts";
import type { BusyBehavior, ComposerProps } from "./outgoing.ts";
import { type Suggestion, useSuggestions } from "./suggestions.ts";
import { type DraftState, useDraft } from "./use-draft.ts";
import { textCharsMax, useSending } from "./use-sending.ts";

export interface Typing {
  readonly box: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly behavior: BusyBehavior;
  readonly suggestions: readonly Suggestion[];
  readonly chosen: number;
  readonly canSend: boolean;
  readonly fault: string | null;
  readonly setBehavior: (value: BusyBehavior) => void;
  readonly type: (text: string, caret: number) => void;
  readonly moveCaret: (caret: number) => void;
  readonly take: (suggestion: Suggestion) => void;
  readonly send: (behavior: BusyBehavior) => Promise<void>;
  readonly onKeyDown: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
  /** Takes a pasted text that makes the message too long as a file. Gives whether it did. */
  readonly pasteAsFile: (pasted: string) => boolean;
}

type TypingInput = ComposerProps & { readonly attachments: Attachments };

export function useTyping(input: TypingInput): Typing {
  const { client, chatId, workspaceId, attachments } = input;
  const box = useRef<HTMLTextAreaElement>(null);
  const [behavior, setBehavior] = useState<BusyBehavior>("queue");
  const draft = useDraft(chatId ?? "new", box);
  const [hidden, setHidden] = useState("");
  const [chosen, setChosen] = useState(0);
  const offered = useSuggestions({
    client,
    text: draft.text,
    caret: draft.caret,
    workspaceId,
    hasChat: chatId !== null,
  });
  const suggestions = hidden === draft.text ? none : offered;
  const at = Math.min(chosen, Math.max(0, suggestions.length - 1));
  const sending = useSending(input, draft);
  const take = useCallback(
    (suggestion: Suggestion) => {
      const text = draft.text.slice(0, suggestion.start) + suggestion.insert + draft.text.slice(draft.caret);
      draft.set(text, suggestion.start + suggestion.insert.length);
      setChosen(0);
      if (!suggestion.goes_on) setHidden(text);
    },
    [draft],
  );
  const keys = { ...input, behavior, suggestions, at, draft, setChosen, setHidden, take, send: sending.send };
  return {
    box,
    text: draft.text,
    behavior,
    suggestions,
    chosen: at,
    canSend:
      sending.canSend &&
      (draft.text.trim() !== "" || attachments.items.some(({ state }) => state.type === "ready")),
    fault: sending.fault,
    setBehavior,
    type: (text, caret) => {
      setChosen(0);
      draft.set(text, caret);
    },
    moveCaret: draft.moveCaret,
    take,
    send: sending.send,
    onKeyDown: (event) => onKey(event, keys),
    pasteAsFile: (pasted) => {
      if (draft.text.length + pasted.length <= textCharsMax) return false;
      attachments.add([new File([pasted], "pasted.txt", { type: "text/plain" })]);
      return true;
    },
  };
}

const none: readonly Suggestion[] = [];

interface KeyInput extends TypingInput {
  readonly behavior: BusyBehavior;
  readonly suggestions: readonly Suggestion[];
  readonly at: number;
  readonly draft: DraftState;
  readonly setChosen: (at: number) => void;
  readonly setHidden: (text: string) => void;
  readonly take: (suggestion: Suggestion) => void;
  readonly send: (behavior: BusyBehavior) => Promise<void>;
}

function onKey(event: KeyboardEvent<HTMLTextAreaElement>, input: KeyInput): void {
  // Enter also ends the writing of a word in Chinese, Japanese or Korean. Old browsers say so by the code 229 alone.
  if (event.nativeEvent.isComposing || event.nativeEvent.keyCode === 229) return;
  if (input.suggestions.length > 0 && isForSuggestions(event, input)) return event.preventDefault();
  if (event.key === "Enter" && !event.altKey) return onEnter(event, input);
  if (event.key === "ArrowUp" || event.key === "ArrowDown") return onHistory(event, input.draft);
}

function isForSuggestions(
  event: KeyboardEvent,
  { suggestions, at, setChosen, setHidden, take, draft }: KeyInput,
): boolean {
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (move !== undefined) {
    setChosen((at + move + suggestions.length) % suggestions.length);
    return true;
  }
  if (event.key === "Escape") {
    event.stopPropagation();
    setHidden(draft.text);
    return true;
  }
  const suggestion = suggestions[at];
  if (suggestion === undefined || (event.key !== "Tab" && event.key !== "Enter") || event.shiftKey)
    return false;
  // What is whole already is sent.
  if (event.key === "Enter" && draft.text === suggestion.insert.trimEnd() && !suggestion.goes_on)
    return false;
  take(suggestion);
  return true;
}

function onEnter(event: KeyboardEvent, { behavior, isBusy, send }: KeyInput): void {
  const isSpecial = event.ctrlKey || event.metaKey;
  if (event.shiftKey && !isSpecial) return;
  event.preventDefault();
  if (!isBusy || !isSpecial) return void send(isBusy ? behavior : "queue");
  void send(event.shiftKey ? "interrupt" : "steer");
}

/** Arrow up in an empty box brings back what was sent before; on, and back again. */
function onHistory(event: KeyboardEvent, draft: DraftState): void {
  const sent = sentBefore(localStorage);
  const at = sent.indexOf(draft.text);
  if (draft.text !== "" && at === -1) return;
  const next = event.key === "ArrowUp" ? at + 1 : at - 1;
  if (next >= sent.length || (event.key === "ArrowDown" && at === -1)) return;
  event.preventDefault();
  const text = sent[next] ?? "";
  draft.set(text, text.length);
}
