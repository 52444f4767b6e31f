// Users of the deployment, for admins: invite, roles, limits, suspend, delete.
import { useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { isAdmin as isAdminUser, useMe } from "../../state/sign-in.ts";
import { Button } from "../../ui/controls/button.tsx";
import { EmptyState } from "../../ui/shown/empty-state.tsx";
import { Page, Section, Shown } from "../parts/page.tsx";
import { MoreRows, Rows } from "../parts/rows.tsx";
import { type From, usePages } from "../parts/use-pages.ts";
import type { User } from "../parts/wire.ts";
import { NewUser } from "./new-user.tsx";
import { UserRow } from "./user-row.tsx";

function loadPage(from: From, signal?: AbortSignal) {
  return everturn.users.list(from, { signal });
}

export default function UsersPage() {
  const me = useMe();
  const isAdmin = isAdminUser(me);
  const [adding, setAdding] = useState(false);
  if (me.role !== "admin") {
    return (
      <Page title="Users">
        <EmptyState title="Only admins see users">Ask an admin to make or change a user.</EmptyState>
      </Page>
    );
  }
  return (
    <Page
      title="Users"
      actions={
        isAdmin ? (
          <Button kind="primary" disabled={adding} onClick={() => setAdding(true)}>
            Invite a user
          </Button>
        ) : undefined
      }
    >
      <UserList adding={adding} ownId={me.id} onClose={() => setAdding(false)} />
    </Page>
  );
}

interface UserListInput {
  readonly adding: boolean;
  readonly ownId: string | null;
  readonly onClose: () => void;
}

function UserList({ adding, ownId, onClose }: UserListInput) {
  const list = usePages<User>(loadPage, "users");
  return (
    <>
      {adding ? (
        <Section title="New user">
          <NewUser onChange={list.reload} onClose={onClose} />
        </Section>
      ) : null}
      <Shown of={list}>
        {({ items }) => (
          <>
            <Rows label="Users">
              {items.map((user) => (
                <UserRow
                  key={user.id}
                  user={user}
                  others={items.filter(({ id }) => id !== user.id)}
                  isSelf={user.id === ownId}
                  onChange={list.reload}
                />
              ))}
            </Rows>
            <MoreRows {...list} />
          </>
        )}
      </Shown>
    </>
  );
}
