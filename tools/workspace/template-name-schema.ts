// Tools: how a model names a template.
import { z } from "zod";
import { templateNameCharsMax } from "./workspace-limits.ts";

/** Any text: a name that is none gets an answer with the nearest ones, which helps more than a pattern does. */
export const templateNameSchema = z
  .string()
  .min(1)
  .max(templateNameCharsMax)
  .describe("Name of the template, as list_templates gives it.");
