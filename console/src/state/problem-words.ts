// What went wrong, in a sentence for people.
import { EverturnError, EverturnNetworkError } from "../../../client/index.ts";

export function problemWords(error: unknown): string {
  if (error instanceof EverturnNetworkError)
    return "The server did not answer. Check your connection and try again.";
  if (error instanceof EverturnError) return sentence(withFields(error));
  return error instanceof Error ? sentence(error.message) : String(error);
}

/** The same where the names of fields mean nothing to people, or where the fields say themselves what is wrong. */
export function shortProblemWords(error: unknown): string {
  return error instanceof EverturnError ? sentence(error.message) : problemWords(error);
}

function withFields({ message, errors }: EverturnError): string {
  const [first] = errors;
  if (first === undefined || message.includes(first.message)) return message;
  return `${message} (${first.path}: ${first.message})`;
}

/** As one: a capital letter, and a full stop. */
export function sentence(words: string): string {
  const text = words.trim();
  if (text === "") return "Something went wrong.";
  const upper = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}
