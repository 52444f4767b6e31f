// The API keys of a user: made, shown once, revoked.
import { useCallback, useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { Button } from "../../ui/controls/button.tsx";
import { TimeAgo } from "../../ui/shown/time.tsx";
import { dateWords } from "../../ui/words.ts";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { Shown } from "../parts/page.tsx";
import { MoreRows, Row, Rows, StateWords } from "../parts/rows.tsx";
import { type From, usePages } from "../parts/use-pages.ts";
import type { ApiKey } from "../parts/wire.ts";
import { KeyOnce } from "./key-once.tsx";
import { NewKey } from "./new-key.tsx";

/** @param userId null: the caller's own */
export function UserKeys({ userId }: { readonly userId: string | null }) {
  const of = userId === null ? {} : { user_id: userId };
  const loadPage = useCallback(
    (from: From, signal?: AbortSignal) =>
      everturn.apiKeys.list({ ...from, ...(userId === null ? {} : { user_id: userId }) }, { signal }),
    [userId],
  );
  const list = usePages<ApiKey>(loadPage, userId ?? "own");
  const [shown, setShown] = useState<"form" | { readonly key: string } | null>(null);
  const made = async (key: string) => {
    await list.reload();
    setShown({ key });
  };
  return (
    <>
      {shown === null ? (
        <div>
          <Button onClick={() => setShown("form")}>New key</Button>
        </div>
      ) : shown === "form" ? (
        <NewKey of={of} onMade={made} onCancel={() => setShown(null)} />
      ) : (
        <KeyOnce value={shown.key} about="This is the new key." onClose={() => setShown(null)} />
      )}
      <Shown of={list}>
        {({ items }) => (
          <>
            {items.length === 0 ? <p>There are no keys.</p> : null}
            <Rows label="API keys">
              {items.map((key) => (
                <KeyRow key={key.id} apiKey={key} onChange={list.reload} />
              ))}
            </Rows>
            <MoreRows {...list} />
          </>
        )}
      </Shown>
    </>
  );
}

const SCOPES: Readonly<Record<ApiKey["scope"], string>> = {
  full: "all that the user may",
  chats: "chats only",
  read: "only reads",
};

interface KeyRowInput {
  readonly apiKey: ApiKey;
  readonly onChange: () => Promise<void>;
}

function KeyRow({ apiKey, onChange }: KeyRowInput) {
  const { id, name, prefix, scope, expires_at, last_used_at } = apiKey;
  const revoke = async () => {
    await everturn.apiKeys.delete(id);
    await onChange();
  };
  const isOver = expires_at !== null && Date.parse(expires_at) < Date.now();
  return (
    <Row
      title={name}
      state={isOver ? <StateWords tone="bad">Expired</StateWords> : SCOPES[scope]}
      about={
        <>
          {prefix}… ·{" "}
          {last_used_at === null ? (
            "never used"
          ) : (
            <>
              last used <TimeAgo at={last_used_at} />
            </>
          )}
          {expires_at === null ? " · does not expire" : ` · expires on ${dateWords(expires_at)}`}
        </>
      }
      actions={
        <ConfirmButton
          label="Revoke"
          name={name}
          question={`Revoke ${name}?`}
          confirm="Revoke the key"
          act={revoke}
        >
          <p>Whoever uses it is refused from now on, and browsers that signed in with it are signed out.</p>
        </ConfirmButton>
      }
    />
  );
}
