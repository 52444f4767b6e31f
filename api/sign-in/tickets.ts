// Tickets: short-lived values that a client carries for us and can neither read nor change, so that nothing has to be stored.
import { z } from "zod";
import type { SecretBox } from "../../platform/secrets/secret-box.ts";

export interface Tickets<T> {
  write(value: T, until: Date): string;
  /** Null if the ticket is not one of ours, is for another purpose, or is too old. */
  read(ticket: string, now: Date): T | null;
}

export interface TicketsInput<T> {
  readonly secrets: Pick<SecretBox, "seal" | "openAny">;
  /** A ticket of one purpose cannot be opened for another. */
  readonly purpose: string;
  readonly schema: z.ZodType<T>;
}

/** Nothing longer is decrypted. */
const ticketCharsMax = 8_192;

export function createTickets<T>({ secrets, purpose, schema }: TicketsInput<T>): Tickets<T> {
  const sealed = z.strictObject({ until: z.int(), value: schema });
  const boundTo = `ticket:${purpose}`;
  return {
    write: (value, until) => secrets.seal(JSON.stringify({ until: until.getTime(), value }), boundTo),
    read(ticket, now) {
      if (ticket.length > ticketCharsMax) return null;
      try {
        const { until, value } = sealed.parse(JSON.parse(secrets.openAny(ticket, boundTo)));
        return until > now.getTime() ? value : null;
      } catch {
        return null;
      }
    },
  };
}
