// Schema of turns.
import { z } from "zod";
import { TURN_STATUSES } from "../../core/chat/turn.ts";
import { lastError } from "./chat.ts";
import { messageId, time } from "./common.ts";
import { usage } from "./message.ts";

export const turn = z
  .strictObject({
    id: messageId.meta({ description: "Id of the user message that began it" }),
    status: z.enum(TURN_STATUSES),
    started_at: time,
    finished_at: time.nullable().meta({ description: "Null while it runs" }),
    steps: z.int().meta({ description: "Answers of the model" }),
    usage: usage.nullable().meta({ description: "Of all its answers that were kept" }),
    cost_micros: z.int().nullable().meta({ description: "Of the same; null without a price" }),
    last_error: lastError.nullable().meta({ description: "Why it ended in an error" }),
    links: z.strictObject({ temporal: z.string().nullable() }),
  })
  .meta({ id: "Turn" });
