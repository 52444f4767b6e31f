// What a finding of a chaos run is. None may be left at the end of a run.

/** SPEC's last section, "What must hold whatever dies": its numbers. 0: the run itself could not go on. */
export type Invariant = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** What the words of a broken promise are counted as. */
export type FindingKind =
  | "lost"
  | "doubled"
  | "reordered"
  | "wrong"
  | "overlap"
  | "open"
  | "stuck"
  | "undeterministic"
  | "broken";

export interface Finding {
  readonly invariant: Invariant;
  readonly kind: FindingKind;
  /** The chat's name in the plan, or a workflow's id. */
  readonly where: string;
  readonly what: string;
}
