// The workspace agent runs inside the workspace. This file: what a request may hold. Unknown and misspelt fields are refused,
// and values come out with their fields in the order written here, so that the same request has the same digest.
import { AgentError } from "../api.ts";

/** Gives the value as it is to be used. Throws `bad_request` that names `where`. */
export type Field<Value> = (value: unknown, where: string) => Value;

type Fields = Readonly<Record<string, Field<unknown>>>;
type Values<Shape extends Fields> = { readonly [Name in keyof Shape]: ReturnType<Shape[Name]> };

/** An object with all of `required` and any of `optional`. */
export function object<Required extends Fields, Optional extends Fields>(
  required: Required,
  optional: Optional,
): Field<Values<Required> & Partial<Values<Optional>>> {
  return (value, where) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw refused(where, "an object");
    const given = value as Readonly<Record<string, unknown>>;
    const known = { ...required, ...optional } as Fields;
    for (const name of Object.keys(given)) {
      if (!Object.hasOwn(known, name)) throw new AgentError("bad_request", `Unknown field ${where}.${name}.`);
    }
    const values: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(known)) {
      // Absent and undefined are one to JSON.
      if (given[name] !== undefined || Object.hasOwn(required, name))
        values[name] = field(given[name], `${where}.${name}`);
    }
    return values as Values<Required> & Partial<Values<Optional>>;
  };
}

export function text(bounds: { readonly bytesMax?: number; readonly pattern?: RegExp } = {}): Field<string> {
  return (value, where) => {
    if (typeof value !== "string") throw refused(where, "a text");
    if (bounds.bytesMax !== undefined && Buffer.byteLength(value) > bounds.bytesMax) {
      throw refused(where, `at most ${bounds.bytesMax} bytes`);
    }
    if (bounds.pattern !== undefined && !bounds.pattern.test(value)) {
      throw refused(where, `a text like ${bounds.pattern.source}`);
    }
    return value;
  };
}

export function integer(min: number, max: number): Field<number> {
  return (value, where) => {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max)
      return value;
    throw refused(where, `a whole number from ${min} to ${max}`);
  };
}

/** An integer as a query has it. */
export function digits(min: number, max: number): Field<number> {
  const number = integer(min, max);
  return (value, where) =>
    number(typeof value === "string" && /^\d{1,16}$/.test(value) ? Number(value) : value, where);
}

export const flag: Field<boolean> = (value, where) => {
  if (typeof value !== "boolean") throw refused(where, "true or false");
  return value;
};

export function oneOf<const Word extends string>(words: readonly Word[]): Field<Word> {
  return (value, where) => {
    const word = words.find((one) => one === value);
    if (word === undefined) throw refused(where, `one of ${words.join(", ")}`);
    return word;
  };
}

export function list<Value>(field: Field<Value>, countMax: number): Field<readonly Value[]> {
  return (value, where) => {
    if (!Array.isArray(value) || value.length > countMax)
      throw refused(where, `a list of at most ${countMax}`);
    return value.map((one, at) => field(one, `${where}[${at}]`));
  };
}

function refused(where: string, wanted: string): AgentError {
  return new AgentError("bad_request", `${where} must be ${wanted}.`);
}
