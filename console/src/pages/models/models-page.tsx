// Models: who answers, with which settings and prices, and whether they can be reached.
import { everturn } from "../../state/everturn.ts";
import { isAdmin as isAdminUser, useMe } from "../../state/sign-in.ts";
import { Page, Shown } from "../parts/page.tsx";
import { useLoad } from "../parts/use-load.ts";
import { ConfigsSection } from "./configs-section.tsx";
import { ProvidersSection } from "./providers-section.tsx";

export default function ModelsPage() {
  const isAdmin = isAdminUser(useMe());
  const models = useLoad(async (signal) => {
    const [configs, providers] = await Promise.all([
      everturn.modelConfigs.list({ signal }),
      everturn.modelProviders.list({ signal }),
    ]);
    return { configs: configs.items, providers: providers.items };
  }, "models");
  return (
    <Page
      title="Models"
      about={
        isAdmin
          ? "A provider is a service that answers. A model config names one of its models, with settings and prices; chats choose among these."
          : "The models that your chats can use. Admins change them."
      }
    >
      <Shown of={models}>
        {(data) => (
          <>
            <ConfigsSection {...data} isAdmin={isAdmin} onChange={models.reload} />
            <ProvidersSection {...data} isAdmin={isAdmin} onChange={models.reload} />
          </>
        )}
      </Shown>
    </Page>
  );
}
