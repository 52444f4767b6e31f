// Who acts, as the audit log has it.
import { assertNever } from "../../../core/assert-never.ts";
import type { Actor } from "../../../store/access/audit-log.ts";
import type { Store } from "../../../store/store.ts";
import { requestIdOf } from "../middleware/request-id.ts";
import type { Input } from "../route.ts";
import { type OwnProof, ownProof } from "./caller.ts";

type Acting = Pick<Input<unknown, unknown, unknown>, "caller" | "raw">;

/** The caller of this request, and where it comes from. */
function actorOf({ caller, raw }: Acting): Actor {
  const proof = ownProof(caller.by);
  const proof_id = idOf(proof);
  return {
    user_id: caller.user.id,
    kind: proof.type,
    ...(proof_id !== null && { proof_id }),
    address: raw.request.ip ?? null,
    request_id: requestIdOf(raw.response),
  };
}

function idOf(proof: OwnProof): string | null {
  switch (proof.type) {
    case "key":
      return proof.key_id;
    case "session":
      return proof.session_id;
    case "oidc":
      return null;
    default:
      return assertNever(proof);
  }
}

/** The store, with this caller as the one who acts: what is changed through it is noted in the audit log. */
export function storeFor(store: Store, input: Acting): Store {
  return { ...store, actor: actorOf(input) };
}
