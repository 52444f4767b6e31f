// A profile between the form and the call.
import type { BodyOf } from "../../../../client/index.ts";
import { changedFields } from "../parts/forms/changed-fields.ts";
import { linesOf } from "../parts/forms/lines.ts";
import { entriesOf, type PolicyEntry, policyOf } from "../parts/forms/policy-editor.tsx";
import type { Profile } from "../parts/wire.ts";

type NewProfile = BodyOf<"post", "/v1/profiles">;

export interface ProfileValues {
  readonly name: string;
  readonly system_prompt: string;
  readonly model_config_id: string;
  readonly reasoning_effort: string;
  readonly some_tools: boolean;
  readonly tools: string;
  readonly mcp_server_ids: readonly string[];
  readonly some_skills: boolean;
  readonly skills: string;
  readonly approval_policy: readonly PolicyEntry[];
  readonly template: string;
}

export function toValues(profile: Profile | null): ProfileValues {
  return {
    name: profile?.name ?? "",
    system_prompt: profile?.system_prompt ?? "",
    model_config_id: profile?.model_config_id ?? "",
    reasoning_effort: profile?.reasoning_effort ?? "",
    some_tools: profile?.tools != null,
    tools: (profile?.tools ?? []).join("\n"),
    mcp_server_ids: profile?.mcp_server_ids ?? [],
    some_skills: profile?.skills != null,
    skills: (profile?.skills ?? []).join("\n"),
    approval_policy: entriesOf(profile?.approval_policy ?? {}),
    template: profile?.template ?? "",
  };
}

export function toBody(values: ProfileValues): NewProfile {
  const orNull = (text: string) => (text.trim() === "" ? null : text);
  return {
    name: values.name.trim(),
    system_prompt: orNull(values.system_prompt),
    model_config_id: orNull(values.model_config_id),
    reasoning_effort: orNull(values.reasoning_effort) as NonNullable<NewProfile["reasoning_effort"]> | null,
    tools: values.some_tools ? linesOf(values.tools) : null,
    mcp_server_ids: values.mcp_server_ids.length === 0 ? null : values.mcp_server_ids,
    skills: values.some_skills ? linesOf(values.skills) : null,
    approval_policy: policyOf(values.approval_policy),
    template: orNull(values.template),
  };
}

export function toChange(profile: Profile, values: ProfileValues) {
  return changedFields(toBody(toValues(profile)), toBody(values));
}
