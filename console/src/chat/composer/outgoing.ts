// What the composer is given, and what it sends.
import type { ReactNode } from "react";
import type { Everturn } from "../../../../client/index.ts";
import type { InputPart } from "../../../../core/part/part.ts";
import type { TypedCommand } from "./slash-commands.ts";

export type BusyBehavior = "queue" | "steer" | "interrupt";

export interface Outgoing {
  readonly content: readonly InputPart[];
  readonly busy_behavior: BusyBehavior;
}

export interface ComposerProps {
  readonly client: Everturn;
  /** The chat whose draft is kept; null: a new one. */
  readonly chatId: string | null;
  readonly workspaceId: string | null;
  /** A turn runs, or waits for somebody. */
  readonly isBusy: boolean;
  /** Why nothing can be sent; null: it can. */
  readonly closed: string | null;
  /** Gives whether it was sent: only then the box is emptied. */
  readonly onSend: (message: Outgoing) => Promise<boolean>;
  readonly onCommand: (command: TypedCommand) => Promise<boolean>;
  readonly onStop: () => void;
  /** Pickers of model and effort. */
  readonly children: ReactNode;
}
