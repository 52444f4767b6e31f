// The providers: a row each, its form, its test in words, and what its servers have taught.
import { type ReactNode, useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { Button } from "../../ui/controls/button.tsx";
import { EmptyState } from "../../ui/shown/empty-state.tsx";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { Section } from "../parts/page.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { Row, Rows, StateWords } from "../parts/rows.tsx";
import { useAct } from "../parts/use-act.ts";
import type { ModelConfig, ModelProvider } from "../parts/wire.ts";
import { KIND_WORDS } from "./model-words.ts";
import { ProviderForm } from "./provider-form.tsx";
import { ProviderQuirks } from "./provider-quirks.tsx";
import { ProviderTest } from "./provider-test.tsx";

interface ProvidersInput {
  readonly configs: readonly ModelConfig[];
  readonly providers: readonly ModelProvider[];
  readonly isAdmin: boolean;
  readonly onChange: () => Promise<void>;
}

/** The row that is opened, and for what. */
interface Opened {
  readonly id: string | null;
  readonly what: "form" | "test" | "quirks";
}

export function ProvidersSection({ configs, providers, isAdmin, onChange }: ProvidersInput) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const close = () => setOpened(null);
  const saved = async () => {
    await onChange();
    close();
  };
  return (
    <Section
      title="Providers"
      actions={
        isAdmin ? (
          <Button onClick={() => setOpened({ id: null, what: "form" })}>Add a provider</Button>
        ) : undefined
      }
    >
      {opened?.id === null ? <ProviderForm provider={null} onSaved={saved} onCancel={close} /> : null}
      {providers.length === 0 ? (
        <EmptyState title="There is no provider yet">
          Add the service that answers: OpenAI, Anthropic, or any server that speaks OpenAI's API.
        </EmptyState>
      ) : null}
      <Rows label="Providers">
        {providers.map((provider) => (
          <ProviderRow
            key={provider.id}
            provider={provider}
            configs={configs.filter(({ provider_id }) => provider_id === provider.id)}
            isAdmin={isAdmin}
            onOpen={(what) =>
              setOpened(opened?.id === provider.id && opened.what === what ? null : { id: provider.id, what })
            }
            onChange={onChange}
          >
            {opened?.id !== provider.id ? null : opened.what === "form" ? (
              <ProviderForm provider={provider} onSaved={saved} onCancel={close} />
            ) : opened.what === "test" ? (
              <ProviderTest providerId={provider.id} />
            ) : (
              <ProviderQuirks providerId={provider.id} />
            )}
          </ProviderRow>
        ))}
      </Rows>
    </Section>
  );
}

interface ProviderRowInput extends Omit<ProvidersInput, "providers"> {
  readonly provider: ModelProvider;
  readonly onOpen: (what: Opened["what"]) => void;
  readonly children: ReactNode;
}

function ProviderRow({ provider, configs, isAdmin, onOpen, onChange, children }: ProviderRowInput) {
  const { busy, error, run } = useAct();
  const { id, name, enabled } = provider;
  const toggle = async () => {
    await everturn.modelProviders.update(id, { enabled: !enabled });
    await onChange();
  };
  const remove = async () => {
    await everturn.modelProviders.delete(id, configs.length === 0 ? {} : { force: "true" });
    await onChange();
  };
  const actions = (
    <>
      <Button size="small" aria-label={`Test ${name}`} onClick={() => onOpen("test")}>
        Test
      </Button>
      <Button
        size="small"
        disabled={busy}
        aria-label={`${enabled ? "Disable" : "Enable"} ${name}`}
        onClick={() => run(toggle)}
      >
        {enabled ? "Disable" : "Enable"}
      </Button>
      <Button size="small" aria-label={`Edit ${name}`} onClick={() => onOpen("form")}>
        Edit
      </Button>
      <Button size="small" aria-label={`Quirks of ${name}`} onClick={() => onOpen("quirks")}>
        Quirks
      </Button>
      {provider.seeded ? null : (
        <ConfirmButton
          label="Delete"
          name={name}
          question={`Delete ${name}?`}
          confirm="Delete the provider"
          act={remove}
        >
          <p>
            {configs.length === 0
              ? "No model config uses it."
              : `These models go with it: ${configs.map((config) => config.name).join(", ")}.`}
          </p>
        </ConfirmButton>
      )}
    </>
  );
  const tone = !enabled ? "quiet" : provider.has_api_key ? "good" : "bad";
  const words = !enabled ? "Disabled" : provider.has_api_key ? "Has a key" : "Has no key";
  return (
    <Row
      title={name}
      state={
        <StateWords tone={provider.kind === "openai-compatible" && tone === "bad" ? "quiet" : tone}>
          {words}
        </StateWords>
      }
      about={aboutProvider(provider)}
      actions={isAdmin ? actions : undefined}
    >
      {error === null ? null : <ProblemNotice error={error} />}
      {children}
    </Row>
  );
}

function aboutProvider({ kind, base_url, api, seeded }: ModelProvider): string {
  const dialect = api === null ? null : api === "responses" ? "Responses API" : "Chat Completions API";
  return [KIND_WORDS[kind], dialect, base_url, seeded ? "from the environment" : null]
    .filter((part) => part !== null)
    .join(" · ");
}
