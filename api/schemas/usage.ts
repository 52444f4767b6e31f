// Schemas of usage, cost and limits.
import { z } from "zod";
import { LIMIT_PERIODS } from "../../core/usage/limit-period.ts";
import { USAGE_GROUPS } from "../../store/usage/usage-reports.ts";
import { shownAs, time } from "./common.ts";

const count = z.int().nonnegative();
const micros = count.meta({ description: "Millionths of the currency of the prices" });

const usageTotals = z.strictObject({
  input_tokens: count.meta({ description: "Without the cached ones" }),
  output_tokens: count,
  total_tokens: count,
  reasoning_tokens: count.meta({ description: "Within the output" }),
  cache_creation_tokens: count,
  cache_read_tokens: count,
});

const spending = {
  total_cost_micros: micros,
  request_count: count.meta({ description: "Model calls" }),
  unpriced_request_count: count.meta({
    description: "Calls without a price, or whose provider has not said what it used; not in the cost",
  }),
  usage: usageTotals,
};

export const chatCost = z.strictObject(spending).meta({ id: "ChatCost" });

export const usageReport = z
  .strictObject({
    from: time,
    to: time,
    group_by: z.enum(USAGE_GROUPS).nullable(),
    ...spending,
    groups: z
      .array(
        z.strictObject({
          key: z.string().meta({ description: "A user's id, `provider/model`, a root chat's id, or a date" }),
          label: z.string().nullable().meta({ description: "The user's name, or the title of an own chat" }),
          ...spending,
        }),
      )
      .nullable()
      .meta({ description: "Dearest first, days by date" }),
    groups_truncated: z.boolean(),
  })
  .meta({ id: "UsageReport" });

/** An offset may lead to a year that Postgres and ISO 8601 do not share. */
const FOUR_DIGIT_YEAR = /^[1-9]\d{3}-/;
const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((text) => new Date(text).toISOString())
  .refine((iso) => FOUR_DIGIT_YEAR.test(iso), "expected a year from 1000 to 9999");

export const usageQuery = z.strictObject({
  from: moment.optional().meta({
    description: "Date or time; absent: the beginning of the present month, UTC",
    override: shownAs({ type: "string", anyOf: undefined }),
  }),
  to: moment.optional().meta({
    description: "Date or time, not included itself; absent: now",
    override: shownAs({ type: "string", anyOf: undefined }),
  }),
  group_by: z.enum(USAGE_GROUPS).optional(),
});

const period = z.enum(LIMIT_PERIODS).meta({ description: "By the calendar in UTC; weeks begin on Monday" });

export const usageLimit = z
  .strictObject({
    limit_micros: micros.nullable().meta({ description: "Null: without limit" }),
    period: period.nullable(),
    spent_micros: micros.nullable().meta({ description: "In the present period" }),
    resets_at: time.nullable(),
  })
  .meta({ id: "UsageLimit" });

export const newUsageLimit = z
  .union([
    z.strictObject({ limit_micros: count, period }),
    z.strictObject({ limit_micros: z.null(), period: period.nullable().optional() }),
  ])
  .meta({ id: "NewUsageLimit" });
