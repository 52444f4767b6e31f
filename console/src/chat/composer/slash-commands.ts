// The commands that can be typed into the composer, and which of them fit what is typed.

export interface SlashCommand {
  readonly name: string;
  readonly words: string;
  /** What may stand behind it, for people. */
  readonly argument?: string;
  /** Only for a chat that is there already. */
  readonly needs_chat?: true;
}

export const SLASH_COMMANDS = [
  { name: "model", words: "Choose the model", argument: "name" },
  { name: "effort", words: "Choose how much the model thinks", argument: "level" },
  { name: "plan", words: "Turn plan mode on or off" },
  { name: "compact", words: "Summarise what was said, to make room", needs_chat: true },
  { name: "clear", words: "Forget what was said, but keep it readable", needs_chat: true },
  { name: "fork", words: "Go on in a copy of this chat", needs_chat: true },
  { name: "regenerate", words: "Answer the last message again", needs_chat: true },
  {
    name: "title",
    words: "Name this chat; alone: let the model name it",
    argument: "words",
    needs_chat: true,
  },
  { name: "refresh", words: "Read the instructions and skills of its folder again", needs_chat: true },
  { name: "stop", words: "Stop what runs", needs_chat: true },
] as const satisfies readonly SlashCommand[];

export type SlashCommandName = (typeof SLASH_COMMANDS)[number]["name"];

export interface TypedCommand {
  readonly name: SlashCommandName;
  readonly argument: string;
}

/** The commands that a beginning such as `/mo` may become; null: what is typed is no command. */
export function commandsFor(text: string, hasChat: boolean): readonly SlashCommand[] | null {
  const typed = /^\/([a-z]*)$/i.exec(text)?.[1]?.toLowerCase();
  if (typed === undefined) return null;
  const commands: readonly SlashCommand[] = SLASH_COMMANDS;
  return commands.filter(
    (command) => command.name.startsWith(typed) && (hasChat || command.needs_chat === undefined),
  );
}

/** The whole command; null: it is a message. */
export function typedCommand(text: string): TypedCommand | null {
  const [, name = "", argument = ""] = /^\/([a-z]+)(?:\s+([^\n]*))?$/.exec(text.trim()) ?? [];
  const command = SLASH_COMMANDS.find((one) => one.name === name);
  return command === undefined ? null : { name: command.name, argument: argument.trim() };
}

/** The word behind the last `@` before the caret, if files are being named there. */
export function mentionAt(
  text: string,
  caret: number,
): { readonly start: number; readonly path: string } | null {
  const found = /(?:^|\s)@([^\s@]*)$/.exec(text.slice(0, caret));
  const path = found?.[1];
  return path === undefined ? null : { start: caret - path.length - 1, path };
}
