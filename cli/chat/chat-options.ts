// What `everturn chat` is told on its command line.
import { parseArgs } from "node:util";
import { StartError } from "../../dev/start-error.ts";

export interface ChatOptions {
  /** What stands behind the options: the first message. */
  readonly message: string;
  /** An id; null: the newest chat; absent: a new one. */
  readonly resume?: string | null;
  readonly model?: string;
  readonly effort?: string;
  readonly profile?: string;
  readonly workspace?: string;
  readonly url?: string;
  readonly key?: string;
  readonly help: boolean;
}

export const CHAT_HELP = `npm run chat -- [options] [message]

  --resume [ID]     go on with a chat; without an ID with the newest one
  --model NAME      name or id of a model config
  --effort LEVEL    none, minimal, low, medium, high, xhigh or max
  --profile NAME    name or id of a profile, for a new chat
  --workspace ID    name or id of a workspace, for a new chat
  --url URL         where the server is; also EVERTURN_URL
  --key KEY         an API key; also EVERTURN_API_KEY

Without --url and --key it talks to the \`npm start\` that runs here. In a pipe it prints the answer alone:

  echo "What is in this folder?" | npm run -s chat

It ends with 0; 1 after an error; 3 when the chat waits for a person; 69 when the server cannot be reached; 130 when it was stopped.
`;

export function readChatOptions(args: readonly string[]): ChatOptions {
  const { resume, rest } = takeResume(args);
  const { values, positionals } = parsed(rest);
  if (resume !== undefined && (values.profile !== undefined || values.workspace !== undefined))
    throw new StartError(
      "--profile and --workspace are for new chats, and --resume goes on with one that is there.",
    );
  return { ...values, message: positionals.join(" "), ...(resume !== undefined && { resume }) };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        model: { type: "string" },
        effort: { type: "string" },
        profile: { type: "string" },
        workspace: { type: "string" },
        url: { type: "string" },
        key: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    const [words = ""] = (error as Error).message.split(". ");
    throw new StartError(`${words.replace(/\.$/u, "")}. npm run chat -- --help lists the options.`);
  }
}

/** Part of an id: whoever means a message that begins like this writes it elsewhere. */
const CUT_ID = /^[0-9a-f]{8}-[0-9a-f-]*$/iu;

/** `--resume` may stand alone, which parseArgs does not know. */
function takeResume(args: readonly string[]): { resume?: string | null; rest: string[] } {
  const at = args.findIndex((arg) => arg === "--resume" || arg.startsWith("--resume="));
  if (at === -1) return { rest: [...args] };
  const [, inline] = (args[at] ?? "").split("=", 2);
  const next = args[at + 1];
  const takesNext = inline === undefined && next !== undefined && /^[0-9a-f-]{36}$/iu.test(next);
  if (inline === undefined && !takesNext && next !== undefined && CUT_ID.test(next))
    throw new StartError(`${next} is not the whole id of a chat. It has 36 characters.`);
  const rest = args.filter((_arg, i) => i !== at && !(takesNext && i === at + 1));
  return { resume: inline ?? (takesNext ? next : null), rest };
}
