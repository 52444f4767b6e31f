// Finds the server and what the options name there: a model, a profile, a workspace, a chat.
import { resolve } from "node:path";
import { Everturn, EverturnError, EverturnNetworkError } from "../../client/index.ts";
import { readRunning } from "../../dev/data/running-file.ts";
import { StartError } from "../../dev/start-error.ts";
import type { ChatOptions } from "./chat-options.ts";
import { EXIT_UNREACHABLE, ExitWith } from "./exit.ts";
import { cleanLine } from "./text/clean.ts";

export interface Server {
  readonly url: string;
  readonly client: Everturn;
}

/** @param env as it was given, without what a running stack adds to it */
export function findServer(options: Pick<ChatOptions, "url" | "key">, env: NodeJS.ProcessEnv): Server {
  const running = readRunning(resolve(env["EVERTURN_DATA_DIR"] || ".data"))?.addresses;
  const url = options.url ?? (env["EVERTURN_URL"] || running?.apiUrl);
  if (url === undefined)
    throw new ExitWith(
      EXIT_UNREACHABLE,
      "No Everturn runs in this folder. Start one with `npm start`, or name one with --url (or EVERTURN_URL) and --key (or EVERTURN_API_KEY).",
    );
  if (!URL.canParse(url) || !/^https?:$/u.test(new URL(url).protocol))
    throw new StartError(
      `${cleanLine(url)} is not the address of a server. It looks like https://everturn.example.com.`,
    );
  const ownKey = running?.apiUrl === url ? running.apiKey : undefined;
  const apiKey = options.key ?? (env["EVERTURN_API_KEY"] || ownKey);
  if (apiKey === undefined)
    throw new StartError(`${url} wants an API key: give it with --key, or in EVERTURN_API_KEY.`);
  return { url, client: new Everturn({ baseUrl: url, apiKey }) };
}

/** What is said to a person about a call that failed. */
export function troubleWords(error: unknown, url: string): string {
  if (error instanceof EverturnNetworkError)
    return `${url} does not answer (${cleanLine(error.message)}). Is it running? \`npm run everturn -- doctor\` looks at each part.`;
  if (error instanceof EverturnError && error.status === 401)
    return `${url} does not accept the API key. Give another one with --key or EVERTURN_API_KEY; \`npm run everturn -- keys\` makes one.`;
  if (error instanceof EverturnError) {
    const fields = error.errors.map(({ path, message }) => `${path}: ${message}`).join("; ");
    const words = cleanLine(error.errors.length > 0 && error.detail === null ? fields : error.message);
    return error.requestId === null ? words : `${words} (${error.code})`;
  }
  return cleanLine(error instanceof Error ? error.message : String(error));
}

interface Named {
  readonly id: string;
  readonly name: string;
}

/** The one of this name or id. Throws a StartError that lists those that there are. */
export function findNamed<T extends Named>(what: string, items: readonly T[], wanted: string): T {
  const lower = wanted.toLowerCase();
  const found =
    items.find(({ id, name }) => id === wanted || name === wanted) ??
    items.find(({ name }) => name.toLowerCase() === lower) ??
    items.find(({ name }) => name.toLowerCase().startsWith(lower));
  if (found !== undefined) return found;
  const names = items.map(({ name }) => cleanLine(name)).join(", ");
  throw new StartError(
    `There is no ${what} ${cleanLine(wanted)}. ${names === "" ? `There is no ${what} at all.` : `There are: ${names}.`}`,
  );
}

/** What new chats and messages are made with. */
export interface Choices {
  readonly model_config_id?: string;
  readonly profile_id?: string;
  readonly workspace_id?: string;
  readonly reasoning_effort?: Effort;
}

export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
export type Effort = (typeof EFFORTS)[number];

export function findEffort(wanted: string): Effort {
  const found = EFFORTS.find((effort) => effort === wanted);
  if (found === undefined)
    throw new StartError(`There is no effort ${cleanLine(wanted)}. There are: ${EFFORTS.join(", ")}.`);
  return found;
}

export async function findChoices(client: Everturn, options: ChatOptions): Promise<Choices> {
  const { model, profile, workspace, effort } = options;
  const page = { limit: 200 };
  return {
    ...(model !== undefined && {
      model_config_id: findNamed("model", (await client.modelConfigs.list()).items, model).id,
    }),
    ...(profile !== undefined && {
      profile_id: findNamed("profile", (await client.profiles.list(page)).items, profile).id,
    }),
    ...(workspace !== undefined && {
      workspace_id: findNamed("workspace", (await client.workspaces.list(page)).items, workspace).id,
    }),
    ...(effort !== undefined && { reasoning_effort: findEffort(effort) }),
  };
}

/** The id of the chat that `--resume` names; null: a new one. */
export async function findResumed(client: Everturn, { resume }: ChatOptions): Promise<string | null> {
  if (resume === undefined) return null;
  if (resume !== null) return (await client.chats.get(resume)).id;
  const [newest] = (await client.chats.list({ limit: 200, archived: false })).items.toSorted((a, b) =>
    b.updated_at.localeCompare(a.updated_at),
  );
  if (newest === undefined) throw new StartError("There is no chat yet that could be resumed.");
  return newest.id;
}
