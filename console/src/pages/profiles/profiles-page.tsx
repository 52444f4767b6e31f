// Profiles: named settings that chats are made from.
import { useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { isAdmin as isAdminUser, useMe } from "../../state/sign-in.ts";
import { Button } from "../../ui/controls/button.tsx";
import { EmptyState } from "../../ui/shown/empty-state.tsx";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { Page, Section, Shown } from "../parts/page.tsx";
import { MoreRows, Row, Rows } from "../parts/rows.tsx";
import { type From, usePages } from "../parts/use-pages.ts";
import type { Profile } from "../parts/wire.ts";
import { ProfileForm } from "./profile-form.tsx";

function loadPage(from: From, signal?: AbortSignal) {
  return everturn.profiles.list(from, { signal });
}

/** The form of a profile that is not there yet. */
const NEW = "new";

export default function ProfilesPage() {
  const isAdmin = isAdminUser(useMe());
  const list = usePages<Profile>(loadPage, "profiles");
  const [open, setOpen] = useState<string | null>(null);
  const close = () => setOpen(null);
  const saved = async () => {
    await list.reload();
    close();
  };
  return (
    <Page
      title="Profiles"
      about="A profile is a name for a system prompt, a model, tools, skills and approvals. A chat made from one keeps the version that it began with."
      actions={
        isAdmin ? (
          <Button kind="primary" disabled={open === NEW} onClick={() => setOpen(NEW)}>
            New profile
          </Button>
        ) : undefined
      }
    >
      {open === NEW ? (
        <Section title="New profile">
          <ProfileForm profile={null} onSaved={saved} onCancel={close} />
        </Section>
      ) : null}
      <Shown of={list}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="There are no profiles yet">
              {isAdmin ? "Make one for a kind of work that comes again and again." : "Admins make them."}
            </EmptyState>
          ) : (
            <>
              <Rows label="Profiles">
                {items.map((profile) => (
                  <ProfileRow
                    key={profile.id}
                    profile={profile}
                    isAdmin={isAdmin}
                    isOpen={open === profile.id}
                    onOpen={() => setOpen(profile.id)}
                    onSaved={saved}
                    onCancel={close}
                  />
                ))}
              </Rows>
              <MoreRows {...list} />
            </>
          )
        }
      </Shown>
    </Page>
  );
}

interface ProfileRowInput {
  readonly profile: Profile;
  readonly isAdmin: boolean;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
  readonly onSaved: () => Promise<void>;
  readonly onCancel: () => void;
}

function ProfileRow({ profile, isAdmin, isOpen, onOpen, onSaved, onCancel }: ProfileRowInput) {
  const { id, name, version } = profile;
  const remove = async () => {
    await everturn.profiles.delete(id);
    await onSaved();
  };
  const actions = (
    <>
      <Button size="small" aria-label={`Edit ${name}`} onClick={onOpen}>
        Edit
      </Button>
      <ConfirmButton
        label="Delete"
        name={name}
        question={`Delete ${name}?`}
        confirm="Delete the profile"
        act={remove}
      >
        <p>Chats that were made from it go on with what they have.</p>
      </ConfirmButton>
    </>
  );
  return (
    <Row
      title={name}
      state={`version ${version}`}
      about={aboutProfile(profile)}
      actions={isAdmin ? actions : undefined}
    >
      {isOpen ? <ProfileForm profile={profile} onSaved={onSaved} onCancel={onCancel} /> : null}
    </Row>
  );
}

function aboutProfile({
  system_prompt,
  tools,
  skills,
  mcp_server_ids,
  template,
  approval_policy,
}: Profile): string {
  const policies = Object.keys(approval_policy).length;
  const said = [
    system_prompt === null
      ? null
      : `“${system_prompt.slice(0, 120)}${system_prompt.length > 120 ? "…" : ""}”`,
    tools === null ? "all tools" : `${tools.length} tools`,
    skills === null ? null : `${skills.length} skills`,
    mcp_server_ids === null ? null : `${mcp_server_ids.length} MCP servers`,
    policies === 0 ? null : `${policies} approval rules`,
    template === null ? null : `template ${template}`,
  ];
  return said.filter((part) => part !== null).join(" · ");
}
