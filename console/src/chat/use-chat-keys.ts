// Keys of an open chat: Esc stops the turn, Alt+Y, Alt+N and Alt+E answer the first question.
import { useEffect } from "react";
import { useOpenChat } from "./open-chat.ts";

const ANSWERS: Readonly<Record<string, string>> = { KeyY: "allow", KeyN: "deny", KeyE: "edit" };

export function useChatKeys({ isBusy }: { readonly isBusy: boolean }): void {
  const { client, chat_id, act } = useOpenChat();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      // Dialogs and menus close by Esc; they must not stop a turn as well.
      if (document.querySelector("dialog[open], [role=menu]") !== null) return;
      const answer = event.altKey && !event.ctrlKey && !event.metaKey ? ANSWERS[event.code] : undefined;
      if (answer !== undefined) {
        const button = document.querySelector<HTMLButtonElement>(`[data-question] [data-answer="${answer}"]`);
        if (button === null) return;
        event.preventDefault();
        button.click();
      } else if (event.key === "Escape" && isBusy && !isInForm(event.target)) {
        event.preventDefault();
        void act("The turn was not stopped", () => client.chats.interrupt(chat_id));
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [act, client, chat_id, isBusy]);
}

/** Who fills in an answer means to leave the field, not to stop the turn. */
function isInForm(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[data-question]") !== null;
}
