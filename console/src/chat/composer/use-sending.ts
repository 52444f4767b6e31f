// Sends what the composer holds: one message after the other, so that they arrive in the order in which they were written.
import { useCallback, useEffect, useRef } from "react";
import type { InputPart } from "../../../../core/part/part.ts";
import type { Attachment, Attachments } from "./attachments.ts";
import { keepSent } from "./drafts.ts";
import type { BusyBehavior, ComposerProps, Outgoing } from "./outgoing.ts";
import { type TypedCommand, typedCommand } from "./slash-commands.ts";
import type { DraftState } from "./use-draft.ts";

/** A body of a request takes 256 KiB. */
export const textCharsMax = 100_000;

type SendingInput = ComposerProps & { readonly attachments: Attachments };

interface Unsent extends Outgoing {
  readonly text: string;
  readonly items: readonly Attachment[];
  readonly command: TypedCommand | null;
}

export interface Sending {
  readonly canSend: boolean;
  readonly send: (behavior: BusyBehavior) => Promise<void>;
  /** Why nothing can be sent, in words; null: something can, or there is nothing to say about it. */
  readonly fault: string | null;
}

export function useSending(input: SendingInput, draft: DraftState): Sending {
  const { attachments, closed } = input;
  const unsent = useRef<Unsent[]>([]);
  const latest = useRef({ ...input, draft });
  useEffect(() => {
    latest.current = { ...input, draft };
  });
  const isUploading = attachments.items.some(({ state }) => state.type === "uploading");
  const isTooLong = draft.text.length > textCharsMax;
  const canSend = !isUploading && closed === null && !isTooLong;
  const send = useCallback(
    async (busy_behavior: BusyBehavior): Promise<void> => {
      const { text } = draft;
      const { items } = attachments;
      const content = contentOf(text, attachments);
      if (!canSend || content.length === 0) return;
      // The box is free for the next message at once; what could not be sent comes back.
      draft.set("", 0);
      attachments.replace([]);
      unsent.current.push({ text, items, content, busy_behavior, command: typedCommand(text) });
      if (unsent.current.length > 1) return;
      try {
        while (unsent.current[0] !== undefined && (await sendOne(unsent.current[0], latest.current)))
          unsent.current.shift();
      } finally {
        // What stands behind a message that was not sent comes back with it.
        const back = unsent.current.splice(0);
        if (back.length > 0) {
          latest.current.draft.restore(back.map((one) => one.text).join("\n"));
          attachments.replace(back.flatMap((one) => one.items));
        }
      }
    },
    [attachments, canSend, draft],
  );
  const fault = isUploading ? "The files are being uploaded." : null;
  return { canSend, send, fault: isTooLong ? "This is too long for a message: attach it as a file." : fault };
}

async function sendOne(
  { content, busy_behavior, command, text }: Unsent,
  { onSend, onCommand }: Pick<ComposerProps, "onSend" | "onCommand">,
): Promise<boolean> {
  if (command !== null) return onCommand(command);
  const isSent = await onSend({ content, busy_behavior });
  if (isSent) keepSent(localStorage, text);
  return isSent;
}

function contentOf(text: string, { items }: Attachments): readonly InputPart[] {
  const files = items.flatMap(({ state, media_type, name }) =>
    state.type === "ready" ? [{ type: "file" as const, file_id: state.file_id, media_type, name }] : [],
  );
  return text.trim() === "" ? files : [...files, { type: "text", text }];
}
