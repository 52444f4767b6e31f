// Runs a change in one transaction, and answers it once for each Idempotency-Key (SPEC Q10).

import { Refusal } from "../../../core/chat/refusal.ts";
import type { JsonValue } from "../../../core/part/part.ts";
import { sha256Hex } from "../../../platform/secrets/crypto.ts";
import { claimIdempotencyKey, type KeyedRequest, storeAnswer } from "../../../store/chat/idempotency.ts";
import { inUnit, type Unit } from "../../../store/unit.ts";
import type { ApiDeps } from "../../deps.ts";
import type { Answer, Input } from "../../http/route.ts";

interface ChangeAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/**
 * Runs a change and returns its answer. With an Idempotency-Key the answer is stored in the same transaction: a second request
 * with the key, at the same time or within 24 hours, gets the same answer. Refusals are not stored, since they changed nothing.
 * @throws Refusal `idempotency_key_reused`, and what `work` throws
 */
export async function change(
  deps: Pick<ApiDeps, "store" | "deliverer">,
  input: Input<unknown, unknown, unknown>,
  work: (unit: Unit) => Promise<ChangeAnswer>,
): Promise<Answer> {
  const keyed = keyedRequest(input);
  return commit(deps, (unit) => (keyed === null ? work(unit) : changeOnce(unit, keyed, work)));
}

/** Runs one transaction and delivers its outbox rows. For changes that are idempotent by themselves. Throws what `work` throws. */
export async function commit<T>(
  deps: Pick<ApiDeps, "store" | "deliverer">,
  work: (unit: Unit) => Promise<T>,
): Promise<T> {
  const { result, outbox } = await inUnit(deps.store, work);
  // The commit accepts the request: if the delivery fails, the relay repeats it (SPEC Q11).
  await deps.deliverer.deliver(outbox);
  return result;
}

async function changeOnce(
  unit: Unit,
  keyed: KeyedRequest,
  work: (unit: Unit) => Promise<ChangeAnswer>,
): Promise<Answer> {
  const claim = await claimIdempotencyKey(unit.tx, keyed);
  if (claim.type === "reused") throw new Refusal("idempotency_key_reused");
  if (claim.type === "answered") {
    const { status, body } = claim.answer;
    const headers = { "Idempotency-Replayed": "true" };
    return body === null ? { status, headers } : { status, body, headers };
  }
  const answer = await work(unit);
  await storeAnswer(unit.tx, keyed, {
    status: answer.status,
    body: (answer.body ?? null) as JsonValue | null,
  });
  return answer;
}

function keyedRequest(input: Input<unknown, unknown, unknown>): KeyedRequest | null {
  if (input.idempotencyKey === null) return null;
  const { request } = input.raw;
  // Uses the validated body, so that two spellings of one request are the same request.
  const words = JSON.stringify([request.method, request.path, input.body ?? null]);
  return { user_id: input.caller.user.id, key: input.idempotencyKey, request_sha256: sha256Hex(words) };
}
