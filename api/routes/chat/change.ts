// The API speaks HTTP and the store; this file: one change is one transaction, answered once per Idempotency-Key (SPEC Q10).

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
 * Runs a change and answers with what it says. With an Idempotency-Key the answer is kept in the same transaction: a twin
 * waits for it and gets the same, later ones too, for 24 hours. Refusals are not kept: they changed nothing.
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

/** One transaction, and the delivery of what it promised. For changes whose name is their key. Throws what `work` throws. */
export async function commit<T>(
  deps: Pick<ApiDeps, "store" | "deliverer">,
  work: (unit: Unit) => Promise<T>,
): Promise<T> {
  const { result, outbox } = await inUnit(deps.store, work);
  // Accepted with the commit: a delivery that fails now is the relay's (SPEC Q11).
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
  // The validated body: two spellings of one request are the same request.
  const words = JSON.stringify([request.method, request.path, input.body ?? null]);
  return { user_id: input.caller.user_id, key: input.idempotencyKey, request_sha256: sha256Hex(words) };
}
