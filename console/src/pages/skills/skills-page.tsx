// The deployment's skills and tools: what agents can know and do.

import { shownText } from "../../chat/markdown/shown-text.ts";
import { everturn } from "../../state/everturn.ts";
import { sentence } from "../../state/problem-words.ts";
import { EmptyState } from "../../ui/shown/empty-state.tsx";
import { Page, Section, Shown } from "../parts/page.tsx";
import { Row, Rows, StateWords } from "../parts/rows.tsx";
import { useLoad } from "../parts/use-load.ts";

export default function SkillsPage() {
  const skills = useLoad((signal) => everturn.skills.list({}, { signal }), "skills");
  return (
    <Page
      title="Skills and tools"
      about="A skill is a folder with instructions that an agent reads when it needs them. Workspaces and projects can bring more of their own."
    >
      <Shown of={skills}>
        {({ items, faults }) => (
          <>
            {items.length === 0 ? (
              <EmptyState title="This server has no skills">
                The operator puts them into the folder that EVERTURN_SKILLS_DIR names, one folder with a
                SKILL.md each.
              </EmptyState>
            ) : null}
            <Rows label="Skills">
              {items.map(({ name, description, path }) => (
                <Row
                  key={name}
                  title={shownText(name)}
                  state={path === name ? undefined : shownText(path)}
                  about={shownText(description)}
                />
              ))}
              {faults.map(({ path, message }) => (
                <Row
                  key={path}
                  title={shownText(path)}
                  state={<StateWords tone="bad">Left out</StateWords>}
                  about={sentence(shownText(message))}
                />
              ))}
            </Rows>
          </>
        )}
      </Shown>
      <Tools />
    </Page>
  );
}

function Tools() {
  const tools = useLoad((signal) => everturn.tools.list({ signal }), "tools");
  return (
    <Section
      title="Tools"
      about="Those that are built in, and those that this deployment has added. MCP servers bring theirs."
    >
      <Shown of={tools}>
        {({ items }) => (
          <Rows label="Tools">
            {items.map(({ name, description, source, read_only, destructive }) => (
              <Row
                key={name}
                title={name}
                state={[
                  read_only ? "only reads" : null,
                  destructive ? "asks first" : null,
                  source === "own" ? "of this deployment" : null,
                ]
                  .filter((part) => part !== null)
                  .join(" · ")}
                about={shownText(description)}
              />
            ))}
          </Rows>
        )}
      </Shown>
    </Section>
  );
}
