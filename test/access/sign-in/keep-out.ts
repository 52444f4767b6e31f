// Tests: users who are suspended or deleted, as replicas notice it that did not do it themselves.
import type { TestApi } from "../../support/api.ts";

type Change = "suspended_at = now()" | "suspended_at = null" | "deleted_at = now()";

export async function changeUser(api: TestApi, userId: string, change: Change): Promise<void> {
  await api.pool.query(`update users set ${change} where id = $1`, [userId]);
  api.deps.accessChanged();
}
