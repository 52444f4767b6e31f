// Who acts, as the audit log has it.
import type { Actor } from "../../../store/access/audit-log.ts";
import type { Store } from "../../../store/store.ts";
import { requestIdOf } from "../middleware/request-id.ts";
import type { Input } from "../route.ts";
import { ownProof } from "./caller.ts";

type Acting = Pick<Input<unknown, unknown, unknown>, "caller" | "raw">;

/** The caller of this request, and where it comes from. */
function actorOf({ caller, raw }: Acting): Actor {
  return {
    user_id: caller.user.id,
    kind: ownProof(caller.by).type,
    address: raw.request.ip ?? null,
    request_id: requestIdOf(raw.response),
  };
}

/** The store, with this caller as the one who acts: what is changed through it is noted in the audit log. */
export function storeFor(store: Store, input: Acting): Store {
  return { ...store, actor: actorOf(input) };
}
