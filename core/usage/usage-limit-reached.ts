// The refusal of a user who has spent all they may spend (SPEC B3).
import { Refusal } from "../chat/refusal.ts";

export class UsageLimitReached extends Refusal {
  /** When the period ends, ISO 8601. */
  readonly resets_at: string;
  constructor(detail: string, resets_at: string) {
    super("usage_limit_reached", detail);
    this.resets_at = resets_at;
  }
}
