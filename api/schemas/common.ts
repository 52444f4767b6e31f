// Schemas that several resources share.
import { z } from "zod";
import { ERROR_KINDS } from "../../core/chat/error-kind.ts";
import { pageItemsDefault, pageItemsMax } from "../../core/chat/limits.ts";
import { REFUSALS, type RefusalCode } from "../../core/chat/refusal.ts";

export const uuid = z.uuid().meta({ example: "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a" });
export const time = z.iso.datetime().meta({ description: "ISO 8601, UTC" });
export const messageId = z.int().positive();
/** Of edit, regenerate, PATCH and compact. */
export const expectedHistoryVersion = z.int().positive().meta({
  description:
    "`history_version` of the chat as you saw it: with another one nothing is changed (409 `history_changed`)",
});
export const errorKind = z.enum(ERROR_KINDS);
export const jsonValue = z.unknown().meta({ description: "Any JSON value" });
export const jsonObject = z.record(z.string(), jsonValue);

/** Something other than white space. As a pattern it is in the document, too. */
export const FILLED = /\S/;
export const MUST_BE_FILLED = "must not be empty";

/** Text that is not blank. `check-input.ts` has already checked that Postgres can store it. */
export function filledText(charsMax: number) {
  return z.string().max(charsMax).regex(FILLED, MUST_BE_FILLED);
}

type ShownAs = NonNullable<z.GlobalMeta["override"]>;

/** How the document shows a schema. Undefined leaves out what zod would write; the library takes that, but its types do not. */
export function shownAs(fields: Readonly<Record<string, unknown>>): ShownAs {
  return fields;
}

/** A whole number in a query string. */
export function queryNumber(min: number, max: number) {
  const words = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,16}$/, words)
    .transform(Number)
    .refine((value) => value >= min && value <= max, words)
    .meta({ override: shownAs({ type: "integer", minimum: min, maximum: max, pattern: undefined }) });
}

export const pageLimit = queryNumber(1, pageItemsMax)
  .default(pageItemsDefault)
  .meta({
    override: shownAs({
      type: "integer",
      minimum: 1,
      maximum: pageItemsMax,
      default: pageItemsDefault,
      pattern: undefined,
    }),
  });

/** The id of a message in a path. Other texts and numbers out of range cannot exist. */
export const pathMessageId = z
  .string()
  .regex(/^[1-9]\d{0,15}$/)
  .transform(Number)
  .refine(Number.isSafeInteger)
  .meta({ override: shownAs({ type: "integer", minimum: 1, pattern: undefined }) });

export const problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(REFUSALS) as [RefusalCode, ...RefusalCode[]]).meta({ description: "Stable" }),
    detail: z.string().optional(),
    errors: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: "Where the fault lies" }),
    resets_at: time.optional().meta({ description: "Of a usage limit: when its period ends" }),
  })
  .meta({ id: "Problem", description: "application/problem+json (RFC 9457)" });
