// What a person has typed into a form so far, and the JSON that it makes, or why it makes none yet.
import { assertNever } from "../../../../core/assert-never.ts";
import type { JsonValue } from "../../../../core/part/part.ts";
import { type FormField, isObject } from "./schema-fields.ts";

/** Text for fields that are typed; the number of the option for a choice, or an empty text; a list for lists and choices. */
export type Draft = string | boolean | readonly Draft[] | { readonly [name: string]: Draft };

export interface FieldFault {
  /** Such as `person.name`. */
  readonly path: string;
  readonly message: string;
}

export type Answer =
  | { readonly type: "value"; readonly value: JsonValue | undefined }
  | { readonly type: "faults"; readonly faults: readonly FieldFault[] };

/** The draft that a form begins with: a value at hand, else the default of the schema. */
export function firstDraft(field: FormField, given?: JsonValue): Draft {
  const value = given ?? field.initial;
  switch (field.kind) {
    case "text":
      return typeof value === "string" ? value : "";
    case "number":
      return typeof value === "number" ? String(value) : "";
    case "boolean":
      return value === true;
    case "choice":
      return optionAt(field.options, value);
    case "choices":
      return Array.isArray(value)
        ? value.map((one) => optionAt(field.options, one)).filter((at) => at !== "")
        : [];
    case "list":
      return Array.isArray(value)
        ? value.slice(0, field.max).map((one) => firstDraft(field.item, one))
        : Array.from({ length: Math.min(field.min, field.max) }, () => firstDraft(field.item));
    case "group":
      return Object.fromEntries(
        field.fields.map((one) => [one.name, firstDraft(one, isObject(value) ? value[one.name] : undefined)]),
      );
    case "raw":
      return value === undefined ? "" : JSON.stringify(value, null, 2);
    default:
      return assertNever(field);
  }
}

function optionAt(options: readonly { readonly value: JsonValue }[], value: JsonValue | undefined): string {
  const wanted = JSON.stringify(value);
  const at =
    value === undefined ? -1 : options.findIndex((option) => JSON.stringify(option.value) === wanted);
  return at === -1 ? "" : String(at);
}

/** The JSON of a draft; `undefined`: an optional field that was left empty. */
export function answerOf(field: FormField, draft: Draft, path = field.name): Answer {
  switch (field.kind) {
    case "text":
      return textAnswer(field, typed(draft), path);
    case "number":
      return numberAnswer(field, typed(draft).trim(), path);
    case "boolean":
      return { type: "value", value: draft === true };
    case "choice": {
      if (draft === "") return missing(field, path);
      return { type: "value", value: field.options[Number(draft)]?.value };
    }
    case "choices": {
      const chosen = asList(draft).flatMap((at) => field.options[Number(at)] ?? []);
      if (chosen.length === 0 && !field.required) return { type: "value", value: undefined };
      return { type: "value", value: chosen.map((option) => option.value) };
    }
    case "list":
      return listAnswer(field, asList(draft), path);
    case "group":
      return groupAnswer(field, draft, path);
    case "raw":
      return rawAnswer(field, typed(draft), path);
    default:
      return assertNever(field);
  }
}

type Of<K extends FormField["kind"]> = Extract<FormField, { kind: K }>;

function textAnswer(field: Of<"text">, value: string, path: string): Answer {
  if (value === "") return missing(field, path);
  const length = [...value].length;
  if (length < field.min) return fault(path, `Write at least ${field.min} characters.`);
  if (field.max !== null && length > field.max) return fault(path, `Write at most ${field.max} characters.`);
  return { type: "value", value };
}

function numberAnswer(field: Of<"number">, words: string, path: string): Answer {
  if (words === "") return missing(field, path);
  const value = Number(words.replace(",", "."));
  if (!Number.isFinite(value)) return fault(path, "This must be a number.");
  if (field.integer && !Number.isInteger(value)) return fault(path, "This must be a whole number.");
  if (field.minimum !== null && value < field.minimum)
    return fault(path, `This must be at least ${field.minimum}.`);
  if (field.maximum !== null && value > field.maximum)
    return fault(path, `This must be at most ${field.maximum}.`);
  return { type: "value", value };
}

function listAnswer(field: Of<"list">, drafts: readonly Draft[], path: string): Answer {
  if (drafts.length === 0 && !field.required) return { type: "value", value: undefined };
  if (drafts.length < field.min) return fault(path, `Add at least ${field.min}.`);
  const answers = drafts.map((draft, at) => answerOf(field.item, draft, `${path}[${at}]`));
  return joined(answers, () => answers.flatMap((one) => (one.type === "value" ? (one.value ?? []) : [])));
}

function groupAnswer(field: Of<"group">, draft: Draft, path: string): Answer {
  const drafts = typeof draft === "object" && !Array.isArray(draft) ? (draft as Record<string, Draft>) : {};
  const named = field.fields.map((one) => {
    const place = path === "" ? one.name : `${path}.${one.name}`;
    return [one.name, answerOf(one, drafts[one.name] ?? firstDraft(one), place)] as const;
  });
  return joined(
    named.map(([, answer]) => answer),
    () => {
      const value: Record<string, JsonValue> = {};
      for (const [name, answer] of named)
        if (answer.type === "value" && answer.value !== undefined) value[name] = answer.value;
      const isEmpty = Object.keys(value).length === 0;
      return isEmpty && !field.required ? undefined : value;
    },
  );
}

function rawAnswer(field: Of<"raw">, words: string, path: string): Answer {
  if (words.trim() === "") return missing(field, path);
  return parsedJson(words, path);
}

/** Text that must be JSON. */
export function parsedJson(words: string, path = ""): Answer {
  try {
    return { type: "value", value: JSON.parse(words) as JsonValue };
  } catch (error) {
    return fault(path, `This is not JSON: ${error instanceof Error ? error.message : "it cannot be read"}.`);
  }
}

function joined(answers: readonly Answer[], value: () => JsonValue | undefined): Answer {
  const faults = answers.flatMap((answer) => (answer.type === "faults" ? answer.faults : []));
  return faults.length > 0 ? { type: "faults", faults } : { type: "value", value: value() };
}

function missing(field: FormField, path: string): Answer {
  return field.required ? fault(path, "Please fill this in.") : { type: "value", value: undefined };
}

function fault(path: string, message: string): Answer {
  return { type: "faults", faults: [{ path, message }] };
}

/** What was typed; of other drafts nothing. */
export function typed(draft: Draft): string {
  return typeof draft === "string" ? draft : "";
}

function asList(draft: Draft): readonly Draft[] {
  return Array.isArray(draft) ? (draft as readonly Draft[]) : [];
}
