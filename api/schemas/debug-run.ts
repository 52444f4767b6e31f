// Schemas of debug runs.
import { z } from "zod";
import { DEBUG_STATUSES } from "../../core/debug-run.ts";
import { USAGE_KINDS } from "../../core/usage/usage-record.ts";
import { jsonObject, messageId, time, uuid } from "./common.ts";

const status = z.enum(DEBUG_STATUSES);
const headers = z.record(z.string(), z.string());

export const debugRun = z
  .strictObject({
    id: uuid,
    kind: z.enum(USAGE_KINDS),
    status,
    trigger_message_id: messageId.nullable(),
    history_tip_message_id: messageId
      .nullable()
      .meta({ description: "The newest message its first prompt held" }),
    provider: z.string().nullable(),
    model: z.string().nullable(),
    started_at: time,
    finished_at: time.nullable(),
    summary: z.strictObject({
      steps: z.int(),
      attempts: z.int(),
      input_tokens: z.int(),
      output_tokens: z.int(),
      total_tokens: z.int(),
      error: z.string().nullable().meta({ description: "The newest error that no later success cleared" }),
    }),
  })
  .meta({ id: "DebugRun" });

const attempt = z.strictObject({
  number: z.int(),
  status,
  method: z.string(),
  url: z.string(),
  request_headers: headers,
  request_body: z.string().nullable(),
  response_status: z.int().nullable(),
  response_headers: headers.nullable(),
  response_body: z.string().nullable(),
  error: z.string().nullable(),
  started_at: time,
  finished_at: time.nullable(),
});

const step = z.strictObject({
  number: z.int(),
  operation: z.string(),
  status,
  request: jsonObject.nullable().meta({ description: "As it was given to the provider's adapter" }),
  response: jsonObject.nullable().meta({ description: "As it was read: content, finish_reason" }),
  usage: jsonObject.nullable(),
  error: jsonObject.nullable(),
  metadata: jsonObject.nullable(),
  started_at: time,
  finished_at: time.nullable(),
  attempts: z.array(attempt).meta({ description: "HTTP calls; tries at the step are all here" }),
});

export const debugRunWithSteps = debugRun.extend({ steps: z.array(step) }).meta({ id: "DebugRunWithSteps" });
