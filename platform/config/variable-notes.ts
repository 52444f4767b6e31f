// What a variable of the environment means, beside how it is read.
import type { z } from "zod";

/** What docs/configuration.md says about a variable. */
export interface VariableNotes {
  readonly description: string;
  /** Shown instead of the schema's default if the default is worked out. */
  readonly shown_default?: string;
  /** A secret's value is never repeated in an error. */
  readonly secret?: boolean;
}

export function notes<Schema extends z.ZodType>(schema: Schema, about: VariableNotes): Schema {
  return schema.meta({ ...about });
}
