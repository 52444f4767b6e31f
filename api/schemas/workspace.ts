// Schemas of workspaces, their builds and terminals: what the API answers, and what it takes.
import { z } from "zod";
import { terminalColsMax, terminalInputBytesMax, terminalRowsMax } from "../../core/chat/limits.ts";
import { filledText, jsonObject, pageLimit, queryNumber, time, uuid } from "./common.ts";
import { templateNameCharsMax } from "./params.ts";

/** Names that are too long are shortened; beyond this length they are refused. */
const givenNameCharsMax = 256;
const cursorCharsMax = 1_024;
/** Far more than a template declares; the body's own limit would allow a hundred thousand. */
const parametersMax = 200;

const build = z
  .strictObject({
    id: uuid,
    kind: z.enum(["create", "start"]),
    status: z.enum(["queued", "running", "succeeded", "failed", "cancelled"]),
    error: z.string().nullable(),
    created_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
  })
  .meta({ id: "Build" });

export const workspace = z
  .strictObject({
    id: uuid,
    owner_id: uuid,
    name: z.string(),
    template: z.string(),
    parameters: jsonObject,
    driver: z.string(),
    status: z.enum(["building", "running", "stopping", "stopped", "failed", "deleting"]),
    agent_status: z.enum(["none", "connecting", "ready", "not_ready"]),
    agent_error: z.string().nullable(),
    error: z.string().nullable().meta({ description: "Why the newest build failed, or null" }),
    build: build.meta({ description: "The newest" }),
    ttl_ms: z.int().nullable().meta({ description: "Idle time after which it stops; null: never" }),
    last_active_at: time,
    created_at: time,
    updated_at: time,
    links: z.strictObject({
      self: z.string(),
      logs: z.string().meta({ description: "Of the newest build, as server-sent events" }),
      temporal: z.string().nullable(),
    }),
  })
  .meta({ id: "Workspace" });

export const workspacePage = z
  .strictObject({ items: z.array(workspace), next_cursor: z.string().nullable() })
  .meta({ id: "WorkspacePage" });

export const newWorkspace = z
  .strictObject({
    template: filledText(templateNameCharsMax),
    name: z
      .string()
      .max(givenNameCharsMax)
      .optional()
      .meta({ description: "Mended where it is not a name, and told apart where it is taken" }),
    parameters: jsonObject
      .refine((map) => Object.keys(map).length <= parametersMax, `at most ${parametersMax} parameters`)
      .optional(),
  })
  .meta({ id: "NewWorkspace" });

export const workspaceQuery = z.strictObject({
  limit: pageLimit,
  after: z.string().max(cursorCharsMax).optional().meta({ description: "`next_cursor` of the page before" }),
});

const cols = z.int().min(2).max(terminalColsMax);
const rows = z.int().min(1).max(terminalRowsMax);

export const terminal = z
  .strictObject({
    id: uuid,
    workspace_id: uuid,
    status: z.enum(["opening", "open", "closed"]),
    cols,
    rows,
    end: z
      .strictObject({
        reason: z.enum(["exited", "closed", "idle", "workspace_stopped", "agent_lost", "failed"]),
        message: z.string().meta({ description: "For people" }),
        exit_code: z.int().nullable().meta({ description: "Of the shell; null unless it ended by itself" }),
      })
      .nullable()
      .meta({ description: "How it ended; null while it is not closed" }),
    created_at: time,
    ended_at: time.nullable(),
    links: z.strictObject({ self: z.string(), output: z.string() }),
  })
  .meta({ id: "Terminal" });

export const terminalList = z.strictObject({ items: z.array(terminal) }).meta({ id: "TerminalList" });

export const terminalSize = z.strictObject({ cols, rows }).meta({ id: "TerminalSize" });

export const terminalInput = z
  .strictObject({
    text: z
      .string()
      .min(1)
      .refine(
        (given) => Buffer.byteLength(given) <= terminalInputBytesMax,
        `at most ${terminalInputBytesMax} bytes`,
      )
      .meta({
        description: "As it is typed: Enter is `\\r`, Ctrl-C is `\\u0003`. Given to the shell as UTF-8",
      }),
  })
  .meta({ id: "TerminalInput" });

export const terminalOutputQuery = z.strictObject({
  after: queryNumber(0, Number.MAX_SAFE_INTEGER).optional().meta({
    description: "`to` of the last output that is known; the header `Last-Event-ID` wins",
  }),
});
