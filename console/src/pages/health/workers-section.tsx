// The builds of the workers: how many processes run each, and whether their turns fail.
import { everturn } from "../../state/everturn.ts";
import { agoWords } from "../../ui/words.ts";
import { Section, Shown } from "../parts/page.tsx";
import { Row, Rows, StateWords, type Tone } from "../parts/rows.tsx";
import { useLoad } from "../parts/use-load.ts";
import type { WorkerBuild } from "../parts/wire.ts";

export function WorkersSection() {
  const workers = useLoad((signal) => everturn.readiness.workers({ signal }), "workers");
  return (
    <Section
      title="Workers"
      about="Workers call models and run tools. Each runs a build; a turn stays with the build that began it."
    >
      <Shown of={workers}>
        {({ items, links }) => (
          <>
            {items.length === 0 ? (
              <p>No worker was ever seen. Start one: without it, no turn begins.</p>
            ) : null}
            <Rows label="Builds of the workers">
              {items.map((build) => {
                const state = stateOf(build);
                return (
                  <Row
                    key={build.build_id}
                    title={build.build_id === "" ? "Without a build id" : build.build_id}
                    state={<StateWords tone={state.tone}>{state.words}</StateWords>}
                    about={aboutBuild(build)}
                  />
                );
              })}
            </Rows>
            {links.temporal === null ? null : (
              <p>
                <a href={links.temporal} target="_blank" rel="noreferrer">
                  Open Temporal's Web UI
                </a>{" "}
                to see every run of this deployment.
              </p>
            )}
          </>
        )}
      </Shown>
    </Section>
  );
}

function stateOf({ living, is_newest }: WorkerBuild): { readonly tone: Tone; readonly words: string } {
  const count = `${living} ${living === 1 ? "process runs" : "processes run"} it`;
  if (living > 0) return { tone: "good", words: is_newest ? `Newest; ${count}` : count };
  return is_newest
    ? { tone: "bad", words: "Newest, but no process runs it" }
    : { tone: "quiet", words: "Nobody runs it any more" };
}

function aboutBuild({ first_seen_at, last_seen_at, failed_runs, last_failure }: WorkerBuild): string {
  const seen = last_seen_at === null ? "" : `, last ${agoWords(last_seen_at, Date.now())}`;
  const failed =
    failed_runs === 0
      ? ""
      : ` ${failed_runs} of its turns were ended because its code failed: ${last_failure ?? "unknown"}`;
  return `First seen ${agoWords(first_seen_at, Date.now())}${seen}.${failed}`;
}
