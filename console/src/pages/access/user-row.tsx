// A user in the list, and what admins can do with one.
import { type ReactNode, useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { Button } from "../../ui/controls/button.tsx";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { Row, StateWords } from "../parts/rows.tsx";
import { type Act, useAct } from "../parts/use-act.ts";
import type { User } from "../parts/wire.ts";
import { DeleteUser } from "./delete-user.tsx";
import { EditUser } from "./edit-user.tsx";
import { UserKeys } from "./user-keys.tsx";
import { UserLimit } from "./user-limit.tsx";

interface UserRowInput {
  readonly user: User;
  /** Who could take the user's chats over. */
  readonly others: readonly User[];
  readonly isSelf: boolean;
  readonly onChange: () => Promise<void>;
}

type Opened = "form" | "limit" | "keys" | "delete";

export function UserRow({ user, others, isSelf, onChange }: UserRowInput) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const act = useAct();
  const close = () => setOpened(null);
  const done = async () => {
    await onChange();
    close();
  };
  const inside: Readonly<Record<Opened, () => ReactNode>> = {
    form: () => <EditUser user={user} onSaved={done} onCancel={close} />,
    limit: () => <UserLimit userId={user.id} onClose={close} />,
    keys: () => <UserKeys userId={user.id} />,
    delete: () => <DeleteUser user={user} others={others} onDeleted={done} onCancel={close} />,
  };
  const suspend = async (suspended: boolean) => {
    await everturn.users.update(user.id, { suspended });
    await onChange();
  };
  const open = (what: Opened) => setOpened(opened === what ? null : what);
  return (
    <Row
      title={user.name}
      state={<UserState user={user} isSelf={isSelf} />}
      about={[user.role === "admin" ? "Admin" : "Member", user.email]
        .filter((part) => part !== null)
        .join(" · ")}
      actions={
        <Actions user={user} isSelf={isSelf} opened={opened} act={act} onOpen={open} onSuspend={suspend} />
      }
    >
      {act.error === null ? null : <ProblemNotice error={act.error} />}
      {opened === null ? null : inside[opened]()}
    </Row>
  );
}

interface ActionsInput extends Pick<UserRowInput, "user" | "isSelf"> {
  readonly opened: Opened | null;
  readonly act: Act;
  readonly onOpen: (what: Opened) => void;
  readonly onSuspend: (suspended: boolean) => Promise<void>;
}

function Actions({ user, isSelf, opened, act, onOpen, onSuspend }: ActionsInput) {
  const { name } = user;
  return (
    <>
      {(["form", "limit", "keys"] as const).map((what) => (
        <Button
          key={what}
          size="small"
          aria-label={`${WORDS[what]} of ${name}`}
          aria-expanded={opened === what}
          onClick={() => onOpen(what)}
        >
          {WORDS[what]}
        </Button>
      ))}
      {user.suspended ? (
        <Button
          size="small"
          disabled={act.busy}
          aria-label={`Resume ${name}`}
          onClick={() => act.run(() => onSuspend(false))}
        >
          Resume
        </Button>
      ) : (
        <ConfirmButton
          label="Suspend"
          name={name}
          disabled={isSelf}
          question={`Suspend ${name}?`}
          confirm="Suspend the user"
          act={() => onSuspend(true)}
        >
          <p>The user's keys and sessions stop working, and turns that run end. Chats stay.</p>
        </ConfirmButton>
      )}
      <Button size="small" disabled={isSelf} aria-label={`Delete ${name}`} onClick={() => onOpen("delete")}>
        Delete
      </Button>
    </>
  );
}

const WORDS: Readonly<Record<"form" | "limit" | "keys", string>> = {
  form: "Edit",
  limit: "Limit",
  keys: "Keys",
};

function UserState({ user, isSelf }: Pick<UserRowInput, "user" | "isSelf">) {
  if (user.suspended) return <StateWords tone="bad">Suspended</StateWords>;
  return isSelf ? <StateWords tone="good">You</StateWords> : null;
}
