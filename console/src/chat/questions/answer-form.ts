// The form with which a person answers a client-run tool. Where the arguments carry a schema or choices, these make the fields; else
// it is one field for text.
import type { JsonObject, JsonValue } from "../../../../core/part/part.ts";
import { type FormField, formOf, isObject } from "./schema-fields.ts";

export interface AnswerForm {
  readonly title: string | null;
  readonly field: FormField;
  /** Arguments that the form does not say itself. */
  readonly shown: JsonObject;
}

const SCHEMAS = ["requested_schema", "requestedSchema", "schema", "output_schema", "fields"] as const;
const CHOICES = ["options", "choices"] as const;
const QUESTIONS = ["question", "message", "prompt", "title"] as const;
const titleCharsMax = 500;

/** @param args what the model wrote: any JSON object */
export function answerForm(args: JsonObject): AnswerForm {
  const said = QUESTIONS.find((name) => typeof args[name] === "string" && args[name] !== "");
  const words = said === undefined ? undefined : args[said];
  const title = typeof words === "string" ? words.slice(0, titleCharsMax) : null;
  for (const name of SCHEMAS) {
    const form = formOf(args[name]);
    if (form !== null) return { title, field: form, shown: without(args, [said, name]) };
  }
  for (const name of CHOICES) {
    const options = optionsIn(args[name]);
    if (options === null) continue;
    const field: FormField = {
      kind: "choice",
      name: "answer",
      label: "Your answer",
      hint: "",
      required: true,
      is_optional: false,
      options,
    };
    return { title, field: asGroup(field), shown: without(args, [said, name]) };
  }
  const field: FormField = {
    kind: "text",
    name: "answer",
    label: "Your answer",
    hint: "",
    required: true,
    is_optional: false,
    format: null,
    min: 0,
    max: null,
  };
  return { title, field: asGroup(field), shown: without(args, [said]) };
}

function asGroup(field: FormField): FormField {
  return {
    kind: "group",
    name: "",
    label: "",
    hint: "",
    required: true,
    is_optional: false,
    fields: [field],
  };
}

function optionsIn(
  value: JsonValue | undefined,
): readonly { readonly label: string; readonly value: JsonValue }[] | null {
  if (!Array.isArray(value) || value.length === 0 || value.length > 200) return null;
  const options = value.flatMap((one: JsonValue) => {
    if (typeof one === "string") return [{ label: one, value: one }];
    if (!isObject(one)) return [];
    const label = one["label"] ?? one["title"] ?? one["value"];
    return typeof label === "string" ? [{ label, value: one["value"] ?? label }] : [];
  });
  return options.length === value.length ? options : null;
}

function without(args: JsonObject, names: readonly (string | undefined)[]): JsonObject {
  return Object.fromEntries(Object.entries(args).filter(([name]) => !names.includes(name)));
}
