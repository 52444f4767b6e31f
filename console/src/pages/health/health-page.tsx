// Whether the server works: each readiness check in words, with a way out; the workers' builds; and where to look further.
import { everturn } from "../../state/everturn.ts";
import { isAdmin as isAdminUser, useMe } from "../../state/sign-in.ts";
import { Button } from "../../ui/controls/button.tsx";
import { Page, Section, Shown } from "../parts/page.tsx";
import { Row, Rows, StateWords } from "../parts/rows.tsx";
import { useLoad } from "../parts/use-load.ts";
import type { Readiness } from "../parts/wire.ts";
import { adviceFor, CHECKS, OVERALL } from "./health-words.ts";
import { WorkersSection } from "./workers-section.tsx";

export default function HealthPage() {
  const isAdmin = isAdminUser(useMe());
  const health = useLoad(async (signal) => {
    const [readiness, { version }] = await Promise.all([
      everturn.readiness.get({ signal }),
      everturn.readiness.health({ signal }),
    ]);
    return { ...readiness, version };
  }, "health");
  return (
    <Page
      title="Health"
      actions={
        <Button disabled={health.loading} onClick={() => void health.reload()}>
          Check again
        </Button>
      }
    >
      <Shown of={health}>
        {({ status, checks, version }) => (
          <>
            <p role="status">
              <StateWords tone={OVERALL[status].tone}>{OVERALL[status].words}</StateWords> This is Everturn{" "}
              {version}.
            </p>
            <Checks checks={checks} />
          </>
        )}
      </Shown>
      {isAdmin ? <WorkersSection /> : null}
      <Section title="Where to look further">
        <ul>
          <li>
            <a href="/docs">The API's documentation</a>, made from what this server accepts
          </li>
          <li>
            <a href="/openapi.json">The OpenAPI document</a>
          </li>
          <li>
            <a href="/metrics">Metrics</a> of this process, for Prometheus
          </li>
        </ul>
      </Section>
    </Page>
  );
}

function Checks({ checks }: { readonly checks: Readiness["checks"] }) {
  return (
    <Section title="Checks">
      <Rows label="Checks">
        {CHECKS.map(([name, title, fine]) => {
          const { ok, detail } = checks[name];
          return (
            <Row
              key={name}
              title={title}
              state={<StateWords tone={ok ? "good" : "bad"}>{ok ? fine : "Something is wrong"}</StateWords>}
              about={
                ok ? (
                  detail
                ) : (
                  <>
                    {detail === undefined ? null : `${detail}. `}
                    {adviceFor(name)}
                  </>
                )
              }
            />
          );
        })}
      </Rows>
    </Section>
  );
}
