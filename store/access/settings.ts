// The settings of the deployment and of its users.
import type { ApprovalPolicy } from "../../core/tool/approval-policy.ts";
import { prepared, type Queryable } from "../database.ts";

export interface DeploymentSettings {
  /** The first part of every chat's system prompt. */
  readonly system_prompt: string | null;
  /** Holds where neither the user's nor the chat's says anything. */
  readonly approval_policy: ApprovalPolicy;
}

export interface UserSettings {
  /** Part of the system prompt in the user's chats, after the deployment's. */
  readonly prompt: string | null;
  /** A text that the user's chats are told once, like a file with instructions (SPEC C1). */
  readonly home_instructions: string | null;
  /** Percentage by model config id. Wins over the model config (SPEC K2). */
  readonly compaction_thresholds: Readonly<Record<string, number>>;
  /** Wins over the deployment's; the chat's own wins over it (SPEC D4). */
  readonly approval_policy: ApprovalPolicy;
}

export interface Settings {
  readonly deployment: DeploymentSettings;
  readonly user: UserSettings;
}

const noDeployment: DeploymentSettings = { system_prompt: null, approval_policy: {} };
const noUser: UserSettings = {
  prompt: null,
  home_instructions: null,
  compaction_thresholds: {},
  approval_policy: {},
};

/** Both settings in one query, with defaults for what nobody has set. */
export async function readSettings(db: Queryable, userId: string): Promise<Settings> {
  const { rows } = await db.query<{
    deployment: Partial<DeploymentSettings> | null;
    user: Partial<UserSettings> | null;
  }>(
    prepared(
      `select (select value from settings) as deployment,
         (select value from user_settings where user_id = $1) as "user"`,
      [userId],
    ),
  );
  const [found] = rows;
  return { deployment: { ...noDeployment, ...found?.deployment }, user: { ...noUser, ...found?.user } };
}

export async function writeDeploymentSettings(db: Queryable, value: DeploymentSettings): Promise<void> {
  await db.query(
    `insert into settings (value) values ($1)
     on conflict (id) do update set value = excluded.value, updated_at = now()`,
    [JSON.stringify(value)],
  );
}

export async function writeUserSettings(db: Queryable, userId: string, value: UserSettings): Promise<void> {
  await db.query(
    `insert into user_settings (user_id, value) values ($1, $2)
     on conflict (user_id) do update set value = excluded.value, updated_at = now()`,
    [userId, JSON.stringify(value)],
  );
}
