// The thread that checks JSON schemas and texts. Both come from strangers: a regular expression of theirs may run for hours, and
// whoever started this thread then ends it.
import { parentPort } from "node:worker_threads";
import { Ajv, type ErrorObject, type Options } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { CheckQuestion, CheckReply, FaultAt } from "./schema-checker.ts";

/** The first few are enough to correct a value. */
const faultsNamedMax = 10;
const faultCharsMax = 300;
/** Values that are nested deeper could not be stored. */
const depthMax = 200;

const OPTIONS: Options = {
  allErrors: true,
  logger: false,
  // Unknown keywords and formats are notes, as the standard has it.
  strict: false,
  validateFormats: false,
  // Otherwise 1e999 is a number, and what every object inherits is a property.
  strictNumbers: true,
  ownProperties: true,
};

function checkerOf(draft: unknown): Ajv | Ajv2019 | Ajv2020 {
  if (typeof draft !== "string") return new Ajv2020(OPTIONS);
  if (/draft-0[4-7]/.test(draft)) return new Ajv(OPTIONS);
  return draft.includes("2019-09") ? new Ajv2019(OPTIONS) : new Ajv2020(OPTIONS);
}

function answer({ schema, texts }: CheckQuestion): CheckReply {
  // `$async` is a keyword of the library alone: the answer would be a promise, which is true of every value.
  const { $schema: draft, $id: _id, id: _oldId, $async: _async, ...kept } = schema;
  const ajv = checkerOf(draft);
  if (ajv.validateSchema(kept) !== true) return { type: "faulty-schema", faults: faultsOf(ajv.errors) };
  let fits: ReturnType<typeof ajv.compile>;
  try {
    fits = ajv.compile(kept);
  } catch (error) {
    return { type: "faulty-schema", faults: [{ path: "", message: wordsOf(error) }] };
  }
  if (texts === undefined) return { type: "sound-schema" };
  const found = firstJson(texts);
  if ("words" in found) return { type: "not-json", message: found.words };
  const unkept = whyUnkept(found.value);
  if (unkept !== null) return { type: "misfit", faults: [{ path: "", message: unkept }] };
  return fits(found.value)
    ? { type: "fits", place: found.place }
    : { type: "misfit", faults: faultsOf(fits.errors) };
}

function firstJson(texts: readonly string[]): { value: unknown; place: number } | { words: string } {
  let words = "it is empty";
  for (const [place, text] of texts.entries()) {
    try {
      return { value: JSON.parse(text), place };
    } catch (error) {
      if (place === 0 && text !== "") words = wordsOf(error);
    }
  }
  return { words };
}

/** Why a value could not be kept as it is; null: it can. Level by level, not by calls inside each other: those have an end of their own. */
function whyUnkept(value: unknown): string | null {
  let depth = 0;
  for (let level = [value]; level.length > 0; depth++) {
    if (depth > depthMax) return `is nested deeper than ${depthMax} levels`;
    // Written as JSON it would be null.
    if (level.some((each) => typeof each === "number" && !Number.isFinite(each)))
      return "has a number that is too large";
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []));
  }
  return null;
}

function faultsOf(errors: readonly ErrorObject[] | null | undefined): readonly FaultAt[] {
  return (errors ?? []).slice(0, faultsNamedMax).map((error) => ({
    path: pathOf(error.instancePath),
    message: `${error.message ?? "does not fit"}${detailOf(error.params)}`.slice(0, faultCharsMax),
  }));
}

/** Values that are allowed, or the property that is not: its message does not name them. */
function detailOf(params: Readonly<Record<string, unknown>>): string {
  const { allowedValues, allowedValue, additionalProperty, unevaluatedProperty } = params;
  const named = allowedValues ?? allowedValue ?? additionalProperty ?? unevaluatedProperty;
  return named === undefined ? "" : `: ${JSON.stringify(named)}`;
}

/** A JSON pointer (RFC 6901) as the paths of other faults are written. */
function pathOf(pointer: string): string {
  const steps = pointer.split("/").slice(1);
  return steps
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((step, at) => (/^\d+$/.test(step) ? `[${step}]` : at === 0 ? step : `.${step}`))
    .join("");
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, faultCharsMax);
}

// A thread has no origin, unlike a window of the same name.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
const post = (reply: CheckReply) => parentPort?.postMessage(reply);

parentPort?.on("message", (question: CheckQuestion) => {
  try {
    post(answer(question));
  } catch (error) {
    // Such as a stack that a schema of references to itself has filled.
    post({ type: "not-checked", message: wordsOf(error) });
  }
});
post({ type: "ready" });
