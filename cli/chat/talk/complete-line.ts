// What Tab makes of a line that begins with a slash: the command, or what can stand behind it.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { EFFORTS } from "../connect.ts";
import { type Completion, completed } from "../input/complete.ts";
import { cleanLine } from "../text/clean.ts";
import { pathOf } from "./attachments.ts";
import { COMMANDS, type Talk } from "./commands.ts";

/** More are not listed below the line. */
const choicesShownMax = 40;

/** Null: there is nothing to complete. Only what the server knows takes time: Enter may follow Tab at once. */
export function completeLine(talk: Talk, line: string): Completion | null | Promise<Completion> {
  if (/^\/\w*$/u.test(line)) return completed(line, Object.keys(COMMANDS));
  const [, command = "", begun = ""] = /^(\/\w+) (.*)$/u.exec(line) ?? [];
  const complete = (words: readonly string[]): Completion => {
    // What a terminal would obey is no name that somebody could type.
    const { text, choices } = completed(
      begun,
      words.filter((word) => cleanLine(word) === word),
    );
    return { text: `${command} ${text}`, choices: shortened(choices) };
  };
  const words = wordsFor(talk, command, begun);
  return words instanceof Promise ? words.then(complete) : words && complete(words);
}

type Words = readonly string[];

function wordsFor(talk: Talk, command: string, begun: string): Words | null | Promise<Words> {
  switch (command) {
    case "/model":
      return talk.client.modelConfigs.list().then(({ items }) => items.map(({ name }) => name));
    case "/effort":
      return EFFORTS;
    case "/plan":
      return ["on", "off"];
    case "/queue":
      return ["drop", "now"];
    case "/attach":
      return pathsFor(begun);
    default:
      return null;
  }
}

/** The entries of the folder that is being typed, as somebody would type them. Hidden ones only behind a dot. */
function pathsFor(begun: string): Words {
  const slash = begun.lastIndexOf("/") + 1;
  const folder = begun.slice(0, slash);
  const showsHidden = begun.slice(slash).startsWith(".");
  try {
    const place = pathOf(folder === "" ? "." : folder);
    return readdirSync(place)
      .filter((name) => showsHidden || !name.startsWith("."))
      .map((name) => `${folder}${name}${isFolder(join(place, name)) ? "/" : ""}`)
      .sort();
  } catch {
    // There is no such folder, or it is not ours to read: there is nothing to offer.
    return [];
  }
}

/** Also where a link leads to one. */
function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Of paths the last names are enough. */
function shortened(choices: readonly string[]): readonly string[] {
  const names = choices.map((choice) => /[^/]+\/?$/u.exec(choice)?.[0] ?? choice);
  const more = names.length - choicesShownMax;
  return more > 0 ? [...names.slice(0, choicesShownMax), `and ${more} more`] : names;
}
