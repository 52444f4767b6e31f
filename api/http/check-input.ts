// Checks input before any schema does: lists and objects have a limited length, and Postgres can store every name and text.
// Schemas say what a value means; this file says what can be a value at all.
import { inputItemsMax } from "../../core/chat/limits.ts";
import type { Refusal } from "../../core/chat/refusal.ts";

export type Fault = Refusal["errors"][number];
export type Path = readonly PropertyKey[];

/** At most this many faults are listed: a longer list helps nobody. */
export const faultsShownMax = 50;
/** Clients choose these names; an error should not send a page of text back. */
const nameCharsMax = 100;

/** The names that lead to a field, without positions in lists: `["messages", "parts"]`. */
export type FieldPath = readonly string[];

/**
 * What makes a value invalid for every call; at most 50 faults.
 * @param anyText fields that are stored as JSON, which may contain any text
 */
export function faultsOfInput(value: unknown, anyText: readonly FieldPath[] = []): Fault[] {
  const faults: Fault[] = [];
  look({ value, path: [], names: [] }, { faults, anyText });
  return faults;
}

interface Place {
  readonly value: unknown;
  readonly path: Path;
  readonly names: FieldPath;
}

interface Look {
  readonly faults: Fault[];
  readonly anyText: readonly FieldPath[];
}

/** Recursion is safe: the depth of the body was checked before it was parsed. */
function look(place: Place, to: Look): void {
  const { value } = place;
  if (to.faults.length >= faultsShownMax) return;
  if (typeof value === "string") {
    if (!keepsAnyText(place.names, to.anyText)) addFault(to, place.path, faultOfText(value));
  } else if (typeof value === "number") {
    addFault(to, place.path, Number.isFinite(value) ? null : "is too large a number");
  } else if (Array.isArray(value)) lookIntoList(place, value, to);
  else if (typeof value === "object" && value !== null) lookIntoObject(place, value, to);
}

function lookIntoList({ path, names }: Place, list: readonly unknown[], to: Look): void {
  if (list.length > inputItemsMax) return addFault(to, path, `has more than ${inputItemsMax} items`);
  for (const [i, value] of list.entries()) look({ value, path: [...path, i], names }, to);
}

function lookIntoObject({ path, names }: Place, object: object, to: Look): void {
  const fields = Object.entries(object);
  if (fields.length > inputItemsMax) return addFault(to, path, `has more than ${inputItemsMax} fields`);
  for (const [name, value] of fields) {
    const fault = name === "__proto__" ? "is no name that a field can have" : faultOfText(name);
    if (fault !== null) addFault(to, [...path, name], fault);
    else look({ value, path: [...path, name], names: [...names, name] }, to);
  }
}

function keepsAnyText(names: FieldPath, anyText: readonly FieldPath[]): boolean {
  return anyText.some((field) => field.every((name, i) => name === names[i]));
}

function addFault({ faults }: Look, path: Path, message: string | null): void {
  if (message !== null && faults.length < faultsShownMax) faults.push({ path: pathText(path), message });
}

/** `["content", 0, "text"]` as people write it: `content[0].text`. */
export function pathText(path: Path): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : `${i === 0 ? "" : "."}${shownName(step)}`))
    .join("");
}

function shownName(step: PropertyKey): string {
  const name = String(step).toWellFormed();
  return name.length > nameCharsMax ? `${name.slice(0, nameCharsMax).toWellFormed()}…` : name;
}

/** What keeps a text out of a Postgres column; null if nothing. Text in JSON columns has no such limits, because JSON escapes it. */
export function faultOfText(text: string): string | null {
  if (text.includes("\u0000")) return "must not contain U+0000";
  // As UTF-8 it would come back as another character.
  if (!text.isWellFormed()) return "must not contain half of a character (a lone surrogate)";
  return null;
}
