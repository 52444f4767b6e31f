// What a worker tells the others about the own tools that it has loaded (SPEC C11).

export interface ToldTool {
  readonly name: string;
  /** Its beginning. */
  readonly description: string;
  readonly flags: {
    readonly read_only?: boolean;
    readonly idempotent?: boolean;
    readonly destructive?: boolean;
    readonly exclusive?: boolean;
    readonly stops_turn?: boolean;
    readonly polls?: boolean;
  };
}

/** A module that was left out. */
export interface ModuleFault {
  /** Its file, relative to the folder. */
  readonly module: string;
  /** May be shown to anybody. */
  readonly message: string;
}

export interface OwnToolsReport {
  readonly tools: readonly ToldTool[];
  readonly faults: readonly ModuleFault[];
}
