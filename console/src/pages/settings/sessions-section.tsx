// The browsers that are signed in as the caller, each of which can be signed out.
import { everturn } from "../../state/everturn.ts";
import { TimeAgo } from "../../ui/shown/time.tsx";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { Section, Shown } from "../parts/page.tsx";
import { Row, Rows, StateWords } from "../parts/rows.tsx";
import { useLoad } from "../parts/use-load.ts";
import type { Session } from "../parts/wire.ts";
import { browserWords } from "./browser-words.ts";

export function SessionsSection() {
  const list = useLoad((signal) => everturn.session.list({}, { signal }), "sessions");
  return (
    <Section title="Browsers that are signed in">
      <Shown of={list}>
        {({ items }) => (
          <>
            {items.length === 0 ? <p>None.</p> : null}
            <Rows label="Sessions">
              {items.map((session) => (
                <SessionRow key={session.id} session={session} onChange={list.reload} />
              ))}
            </Rows>
          </>
        )}
      </Shown>
    </Section>
  );
}

interface SessionRowInput {
  readonly session: Session;
  readonly onChange: () => Promise<void>;
}

function SessionRow({ session, onChange }: SessionRowInput) {
  const { id, current, user_agent, address, last_used_at } = session;
  const end = async () => {
    await everturn.session.delete(id);
    await onChange();
  };
  const name = browserWords(user_agent);
  return (
    <Row
      title={name}
      state={current ? <StateWords tone="good">This browser</StateWords> : undefined}
      about={
        <>
          Last used <TimeAgo at={last_used_at} />
          {address === null ? null : ` from ${address}`}
        </>
      }
      actions={
        current ? undefined : (
          <ConfirmButton
            label="Sign out"
            name={name}
            question="Sign this browser out?"
            confirm="Sign it out"
            act={end}
          >
            <p>It has to sign in again. What runs in its chats goes on.</p>
          </ConfirmButton>
        )
      }
    />
  );
}
