// Settings: the caller's own, and for admins those of the deployment.
import { everturn } from "../../state/everturn.ts";
import { isAdmin as isAdminUser, useMe } from "../../state/sign-in.ts";
import { Page, Section, Shown } from "../parts/page.tsx";
import { useLoad } from "../parts/use-load.ts";
import { DeploymentSettings } from "./deployment-settings.tsx";
import { OwnSettings } from "./own-settings.tsx";
import { SessionsSection } from "./sessions-section.tsx";

export default function SettingsPage() {
  const me = useMe();
  const isAdmin = isAdminUser(me);
  const own = useLoad(async (signal) => {
    const [settings, models, tools] = await Promise.all([
      everturn.me.settings({ signal }),
      everturn.modelConfigs.list({ signal }),
      everturn.tools.list({ signal }),
    ]);
    return { settings, models: models.items, tools: tools.items.map(({ name }) => name) };
  }, "settings");
  return (
    <Page title="Settings" about={`You are ${me.name}, ${me.role === "admin" ? "an admin" : "a member"}.`}>
      <Section title="Your chats">
        <Shown of={own}>{(data) => <OwnSettings {...data} />}</Shown>
      </Section>
      {isAdmin ? (
        <Section title="This deployment" about="For all chats of everybody.">
          <DeploymentSettings tools={own.data?.tools ?? []} />
        </Section>
      ) : null}
      <SessionsSection />
    </Page>
  );
}
