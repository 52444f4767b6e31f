// What is typed into the composer: its draft, its keys, its suggestions, and the sending of it.
import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import type { InputPart } from "../../../../core/part/part.ts";
import type { Attachments } from "./attachments.ts";
import { keepDraft, keepSent, onDraftElsewhere, readDraft, sentBefore } from "./drafts.ts";
import type { BusyBehavior, ComposerProps } from "./outgoing.ts";
import { typedCommand } from "./slash-commands.ts";
import { type Suggestion, useSuggestions } from "./suggestions.ts";

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
}

type TypingInput = ComposerProps & { readonly attachments: Attachments };

/** A body of a request takes 256 KiB. */
const textCharsMax = 100_000;

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
    fault:
      draft.text.length > textCharsMax
        ? "This is too long for a message: attach it as a file."
        : sending.fault,
    setBehavior,
    type: (text, caret) => {
      setChosen(0);
      draft.set(text, caret);
    },
    moveCaret: draft.moveCaret,
    take,
    send: sending.send,
    onKeyDown: (event) => onKey(event, keys),
  };
}

const none: readonly Suggestion[] = [];

interface DraftState {
  readonly text: string;
  readonly caret: number;
  readonly set: (text: string, caret: number) => void;
  readonly moveCaret: (caret: number) => void;
  /** Brings back what could not be sent, above what was typed since. */
  readonly restore: (text: string) => void;
}

function useDraft(key: string, box: RefObject<HTMLTextAreaElement | null>): DraftState {
  const [state, setState] = useState(() => ({ key, text: readDraft(localStorage, key), caret: 0 }));
  // Another chat: its own draft, at once.
  const shown = state.key === key ? state : { key, text: readDraft(localStorage, key), caret: 0 };
  if (shown !== state) setState(shown);
  const wantedCaret = useRef<number | null>(null);
  const set = useCallback(
    (text: string, caret: number) => {
      keepDraft(localStorage, key, text);
      wantedCaret.current = caret;
      setState({ key, text, caret });
    },
    [key],
  );
  const restore = useCallback(
    (text: string) =>
      setState((old) => {
        const both = old.text === "" ? text : `${text}\n${old.text}`;
        keepDraft(localStorage, key, both);
        return { ...old, text: both };
      }),
    [key],
  );
  const moveCaret = useCallback(
    (caret: number) => setState((old) => (old.caret === caret ? old : { ...old, caret })),
    [],
  );
  // Who types in another tab does not type here.
  useEffect(
    () =>
      onDraftElsewhere(() => {
        const text = readDraft(localStorage, key);
        setState((old) => (old.text === text ? old : { key, text, caret: text.length }));
      }),
    [key],
  );
  useLayoutEffect(() => {
    const area = box.current;
    const caret = wantedCaret.current;
    wantedCaret.current = null;
    if (area !== null && caret !== null && area.selectionStart !== caret && document.activeElement === area)
      area.setSelectionRange(caret, caret);
    if (area !== null && !CSS.supports("field-sizing", "content")) fit(area);
  });
  useEffect(() => {
    if (window.matchMedia("(pointer: fine)").matches) box.current?.focus({ preventScroll: true });
  }, [key, box]);
  return { text: shown.text, caret: shown.caret, set, moveCaret, restore };
}

/** For browsers whose text boxes do not grow by themselves. */
function fit(area: HTMLTextAreaElement): void {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

function useSending({ attachments, closed, onSend, onCommand }: TypingInput, draft: DraftState) {
  const isUploading = attachments.items.some(({ state }) => state.type === "uploading");
  const canSend = !isUploading && closed === null && draft.text.length <= textCharsMax;
  const send = useCallback(
    async (busy_behavior: BusyBehavior): Promise<void> => {
      const { text } = draft;
      const { items } = attachments;
      const command = typedCommand(text);
      const content = contentOf(text, attachments);
      if (!canSend || content.length === 0) return;
      // The box is free for the next message at once; what could not be sent comes back.
      draft.set("", 0);
      attachments.replace([]);
      const isDone = command !== null ? await onCommand(command) : await onSend({ content, busy_behavior });
      if (isDone) return command === null ? keepSent(localStorage, text) : undefined;
      draft.restore(text);
      attachments.replace(items);
    },
    [attachments, canSend, draft, onCommand, onSend],
  );
  return { canSend, send, fault: isUploading ? "The files are being uploaded." : null };
}

function contentOf(text: string, { items }: Attachments): readonly InputPart[] {
  const files = items.flatMap(({ state, media_type, name }) =>
    state.type === "ready" ? [{ type: "file" as const, file_id: state.file_id, media_type, name }] : [],
  );
  return text.trim() === "" ? files : [...files, { type: "text", text }];
}

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
