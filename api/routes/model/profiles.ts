// What chats are made from. Everyone can read profiles, admins change them (SPEC C10).
import { z } from "zod";
import { Refusal } from "../../../core/chat/refusal.ts";
import type { ProfileFields } from "../../../core/tool/chat-profile.ts";
import {
  createProfile,
  deleteProfile,
  listProfiles,
  type ProfileChange,
  readProfile,
  updateProfile,
} from "../../../store/model/profiles.ts";
import type { ApiDeps } from "../../deps.ts";
import { storeFor } from "../../http/access/actor.ts";
import { listCursor } from "../../http/list-cursor.ts";
import { type Route, route } from "../../http/route.ts";
import { newProfile, profile, profileChange, profilePage } from "../../schemas/model/profile.ts";
import { pageQuery, profilePath } from "../../schemas/params.ts";

const tag = "Profiles";
const cursor = listCursor({ id: z.uuid() });
const forAdmins = { area: "deployment", role: "admin" } as const;

const NOTHING_SAID: ProfileFields = {
  system_prompt: null,
  model_config_id: null,
  reasoning_effort: null,
  tools: null,
  mcp_server_ids: null,
  skills: null,
  approval_policy: {},
  template: null,
};

type Deps = Pick<ApiDeps, "store" | "templates">;

export function profileRoutes(deps: Deps): Route[] {
  return [list(deps), create(deps), read(deps), change(deps), remove(deps)];
}

function list({ store }: Deps): Route {
  return route({
    method: "get",
    path: "/v1/profiles",
    summary: "List profiles, newest first",
    tag,
    access: { area: "chats" },
    query: pageQuery,
    responses: { 200: { description: "A page of profiles", schema: profilePage } },
    refusals: ["invalid_cursor"],
    async handler({ query: { limit, after } }) {
      const from = after === undefined ? undefined : cursor.read(after).id;
      const { items, next } = await listProfiles(store.pool, { limit, after: from });
      const next_cursor = next === null ? null : cursor.write({ id: next });
      return { status: 200, body: { items, next_cursor } };
    },
  });
}

function create(deps: Deps): Route {
  return route({
    method: "post",
    path: "/v1/profiles",
    summary: "Make a profile",
    description: "For admins. Everybody can read it, its system prompt too.",
    tag,
    access: forAdmins,
    body: newProfile,
    example: {
      name: "Reviewer",
      system_prompt: "You review changes. You never change files.",
      tools: ["read_file", "list_dir", "grep", "find_files"],
    },
    responses: { 201: { description: "The profile", schema: profile } },
    refusals: [
      "forbidden",
      "model_config_not_found",
      "mcp_server_refused",
      "template_refused",
      "name_taken",
      "too_many",
    ],
    async handler(input) {
      const { name, ...fields } = input.body;
      await requireTemplate(deps, fields.template);
      const value = { ...NOTHING_SAID, ...given(fields) };
      return { status: 201, body: await createProfile(storeFor(deps.store, input), name, value) };
    },
  });
}

function read({ store }: Deps): Route {
  return route({
    method: "get",
    path: "/v1/profiles/{profile}",
    summary: "Read a profile",
    tag,
    access: { area: "chats" },
    params: profilePath,
    responses: { 200: { description: "The profile", schema: profile } },
    refusals: ["profile_not_found"],
    async handler({ params }) {
      const found = await readProfile(store.pool, params.profile);
      if (found === null) throw new Refusal("profile_not_found");
      return { status: 200, body: found };
    },
  });
}

function change(deps: Deps): Route {
  return route({
    method: "patch",
    path: "/v1/profiles/{profile}",
    summary: "Make the next version of a profile",
    description:
      "For admins. Chats keep the version that they have, until somebody gives them the new one with `profile_id`.",
    tag,
    access: forAdmins,
    params: profilePath,
    body: profileChange,
    example: { approval_policy: { execute: "ask" } },
    responses: { 200: { description: "The profile", schema: profile } },
    refusals: [
      "forbidden",
      "profile_not_found",
      "model_config_not_found",
      "mcp_server_refused",
      "template_refused",
      "name_taken",
    ],
    async handler(input) {
      const { params, body } = input;
      await requireTemplate(deps, body.template);
      const changed: ProfileChange = given(body);
      return { status: 200, body: await updateProfile(storeFor(deps.store, input), params.profile, changed) };
    },
  });
}

function remove({ store }: Deps): Route {
  return route({
    method: "delete",
    path: "/v1/profiles/{profile}",
    summary: "Delete a profile",
    description: "For admins. Chats that were made from it go on with what they keep.",
    tag,
    access: forAdmins,
    params: profilePath,
    responses: { 204: { description: "It is gone" } },
    refusals: ["forbidden", "profile_not_found"],
    async handler(input) {
      await deleteProfile(storeFor(store, input), input.params.profile);
      return { status: 204 };
    },
  });
}

/** Throws `Refusal` `template_refused`. */
async function requireTemplate(
  { templates }: Pick<Deps, "templates">,
  name: string | null | undefined,
): Promise<void> {
  if (name == null) return;
  const found = await templates.read(name);
  if (found?.template != null) return;
  const message = found === null ? "no such template" : "the template has faults";
  throw new Refusal("template_refused", message, [{ path: "template", message }]);
}

type Given<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Without the fields that were not given. */
function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}
