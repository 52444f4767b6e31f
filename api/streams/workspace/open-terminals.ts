// The terminals that are followed at this replica, as their rows in the database are shown.
import type { LiveBus } from "../../../core/stream/bus-message.ts";
import type { Terminal } from "../../../core/workspace/terminal.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { Queryable } from "../../../store/database.ts";
import { readTerminalOutput } from "../../../store/workspace/terminal/terminal-bytes.ts";
import {
  closeForsaken,
  markTerminalUsed,
  readTerminal,
  type TerminalRow,
} from "../../../store/workspace/terminal/terminals.ts";
import { Watches } from "../watches.ts";
import { TerminalWatch } from "./terminal-watch.ts";

export interface OpenTerminalsInput {
  readonly db: Queryable;
  readonly bus: LiveBus;
  readonly logger: Pick<Logger, "warn">;
}

interface TerminalKey {
  readonly workspace_id: string;
  readonly terminal_id: string;
}

export type Terminals = Watches<TerminalKey, TerminalWatch>;

export function openTerminals({ db, bus, logger }: OpenTerminalsInput): Terminals {
  return new Watches({
    nameOf: ({ terminal_id }) => terminal_id,
    open: ({ workspace_id, terminal_id }) =>
      new TerminalWatch({
        bus,
        terminalId: terminal_id,
        logger,
        source: {
          async readState() {
            const row = await readTerminal(db, workspace_id, terminal_id);
            if (row === null) return null;
            if (row.status === "opening") await closeForsaken(db, workspace_id);
            return { terminal: toTerminal(row), version: row.version };
          },
          readOutput: (after, limit) => readTerminalOutput(db, terminal_id, { after, limit }),
          markUsed: () => markTerminalUsed(db, terminal_id),
        },
      }),
    // Its output is read again from the store at no cost but a few rows.
    lingerMs: 0,
  });
}

export function toTerminal(row: TerminalRow): Terminal {
  const { id, workspace_id, status, cols, rows, created_at, ended_at } = row;
  const self = `/v1/workspaces/${workspace_id}/terminals/${id}`;
  const { end_reason: reason, end_message, exit_code } = row;
  return {
    id,
    workspace_id,
    status,
    cols,
    rows,
    end: reason === null ? null : { reason, message: end_message ?? "", exit_code },
    created_at,
    ended_at,
    links: { self, output: `${self}/output` },
  };
}
