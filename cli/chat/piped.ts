// A question in a pipe: sends it, waits for the end of the turn, and gives the answer alone.
import type { ChatSnapshot, ChatStore, Everturn } from "../../client/index.ts";
import type { Choices } from "./connect.ts";
import { EXIT_ERROR, EXIT_STOPPED, EXIT_WAITS, ExitWith } from "./exit.ts";
import { lastAnswer } from "./show/transcript.ts";
import { cleanLine } from "./text/clean.ts";

export interface PipedInput {
  readonly client: Everturn;
  readonly chatId: string | null;
  readonly message: string;
  readonly choices: Choices;
  /** Aborts when the person does not want the answer any more. */
  readonly stop: AbortSignal;
}

/** The text of the answer, as the model wrote it. Throws ExitWith when there is none. */
export async function askOnce({ client, chatId, message, choices, stop }: PipedInput): Promise<string> {
  const { profile_id: _profile, workspace_id: _workspace, ...ofMessage } = choices;
  const chat = chatId ?? (await client.chats.create({ ...choices, content: message })).id;
  const sent = chatId === null ? null : await client.chats.send(chat, { ...ofMessage, content: message });
  const turn = sent?.messages[0]?.turn_id ?? null;
  const store = client.chats.open(chat);
  try {
    const state = await atEnd(store, { turn, stop }).catch(async (error: unknown) => {
      if (!stop.aborted) throw error;
      await client.chats.interrupt(chat, {});
      throw new ExitWith(EXIT_STOPPED, `Stopped. Go on with: npm run chat -- --resume ${chat}`);
    });
    return answerOf(state, chat);
  } finally {
    store.close();
  }
}

/** Waits until the message has been answered, also where it was queued behind others. */
function atEnd(
  store: ChatStore,
  { turn, stop }: { readonly turn: number | null; readonly stop: AbortSignal },
): Promise<ChatSnapshot> {
  return store.until(({ view, connection }) => {
    if (connection.state === "ended") return true;
    if (!view.caught_up || view.messages.length === 0 || view.queued_messages.length > 0) return false;
    if (turn !== null && !view.messages.some(({ turn_id }) => turn_id >= turn)) return false;
    return view.status !== "running" && view.status !== "interrupting";
  }, stop);
}

function answerOf({ view, connection }: ChatSnapshot, chat: string): string {
  if (connection.state === "ended")
    throw connection.error ?? new ExitWith(EXIT_ERROR, "The stream of the chat has ended.");
  const resume = `npm run chat -- --resume ${chat}`;
  if (view.status === "requires_action") {
    const tools = view.action?.tool_calls.map(({ tool_name }) => cleanLine(tool_name)).join(", ") ?? "";
    throw new ExitWith(EXIT_WAITS, `The chat waits for a person (${tools}). Answer with: ${resume}`);
  }
  if (view.status === "error")
    throw new ExitWith(
      EXIT_ERROR,
      `${cleanLine(view.error?.message ?? "The turn failed.")}\nGo on with: ${resume}`,
    );
  const answer = view.messages.findLast(({ role }) => role === "assistant");
  if (answer?.interrupted === true)
    throw new ExitWith(EXIT_STOPPED, `The turn was stopped. Go on with: ${resume}`);
  return lastAnswer(view);
}
