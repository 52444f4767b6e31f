// Schemas of users, API keys and the audit log.
import { z } from "zod";
import { SCOPES, USER_ROLES } from "../../core/access/access.ts";
import { filledText, jsonObject, pageLimit, time, uuid } from "./common.ts";

const nameCharsMax = 200;
/** The longest address that mail systems take. */
const emailCharsMax = 254;
const cursorCharsMax = 1_024;

const role = z.enum(USER_ROLES).meta({ description: "`member`: own chats; `admin`: also the deployment" });
const scope = z.enum(SCOPES).meta({
  description: "`full`: what the user may; `chats`: only chats; `read`: only what changes nothing",
});
const name = filledText(nameCharsMax);
const email = z.email().max(emailCharsMax).nullable();

export const user = z
  .strictObject({
    id: uuid,
    name: z.string(),
    email: z.string().nullable(),
    role,
    suspended: z.boolean(),
    suspended_at: time.nullable(),
    created_at: time,
  })
  .meta({ id: "User" });

export const newUser = z.strictObject({ name, email: email.optional(), role: role.default("member") });

export const userPatch = z.strictObject({
  name: name.optional(),
  email: email.optional(),
  role: role.optional(),
  suspended: z
    .boolean()
    .optional()
    .meta({ description: "A suspended user's keys and sessions do not work; turns that run end" }),
});

export const userDeletion = z.strictObject({
  chats: z.enum(["delete", "transfer"]).meta({ description: "What becomes of chats and workspaces" }),
  to: uuid.toLowerCase().optional().meta({ description: "With `transfer`: who gets them" }),
});

const apiKey = z
  .strictObject({
    id: uuid,
    user_id: uuid,
    name: z.string(),
    prefix: z.string().meta({ description: "The key's first characters" }),
    scope,
    created_by: uuid.nullable().meta({ description: "Null: the command line, or the environment" }),
    created_at: time,
    expires_at: time.nullable(),
    last_used_at: time.nullable().meta({ description: "To the minute" }),
  })
  .meta({ id: "ApiKey" });

export const issuedApiKey = apiKey
  .extend({ key: z.string().meta({ description: "The key itself. It is shown this once" }) })
  .meta({ id: "IssuedApiKey" });

export const newApiKey = z.strictObject({
  name,
  scope: scope.default("full"),
  expires_at: time.nullish(),
  user_id: uuid.toLowerCase().optional().meta({ description: "For admins: whose key it is; else your own" }),
});

const auditEntry = z
  .strictObject({
    id: uuid,
    at: time,
    actor_user_id: uuid.nullable(),
    actor_name: z.string().nullable(),
    actor_kind: z.string().meta({ description: "`key`, `session`, `oidc`, `command-line`, `system`" }),
    actor_proof_id: uuid
      .nullable()
      .meta({ description: "Id of the API key or session that acted; null: it was neither" }),
    action: z.string().meta({ description: "Such as `user.suspend`" }),
    target_type: z.string(),
    target_id: z.string().nullable(),
    detail: jsonObject,
    address: z.string().nullable(),
    request_id: z.string().nullable(),
  })
  .meta({ id: "AuditEntry" });

function pageOf<Item extends z.ZodType>(item: Item, id: string) {
  return z.strictObject({ items: z.array(item), next_cursor: z.string().nullable() }).meta({ id });
}

export const userPage = pageOf(user, "UserPage");
export const apiKeyPage = pageOf(apiKey, "ApiKeyPage");
export const auditPage = pageOf(auditEntry, "AuditPage");

const after = z
  .string()
  .max(cursorCharsMax)
  .optional()
  .meta({ description: "`next_cursor` of the page before" });

export const userQuery = z.strictObject({ limit: pageLimit, after });

export const apiKeyQuery = z.strictObject({
  user_id: uuid.toLowerCase().optional().meta({ description: "For admins: whose keys; else your own" }),
  limit: pageLimit,
  after,
});

const filterCharsMax = 200;

export const auditQuery = z.strictObject({
  actor: uuid.toLowerCase().optional().meta({ description: "Id of the user who acted" }),
  action: z.string().max(filterCharsMax).optional(),
  target: z.string().max(filterCharsMax).optional().meta({ description: "Id of what was changed" }),
  limit: pageLimit,
  after,
});
