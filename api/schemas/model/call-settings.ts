// Schemas of the settings of a model call that people may choose, for a model config or for the turn of a message (SPEC L12, Q12).
import { z } from "zod";

export const tokensMax = 1_000_000_000;
const topKMax = 1_000_000;
/** Chat Completions take four; others more. */
const stopWordsMax = 16;
const stopCharsMax = 200;

export const callSettings = {
  max_output_tokens: z.int().min(1).max(tokensMax),
  temperature: z.number().min(0).max(2),
  top_p: z.number().min(0).max(1),
  top_k: z.int().min(0).max(topKMax),
  presence_penalty: z.number().min(-2).max(2),
  frequency_penalty: z.number().min(-2).max(2),
  stop: z.array(z.string().max(stopCharsMax).min(1)).max(stopWordsMax),
} as const;
