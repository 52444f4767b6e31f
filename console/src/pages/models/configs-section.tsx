// The model configs: a row each, the form that changes one, and what can be done with it at once.
import { type ReactNode, useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { Button } from "../../ui/controls/button.tsx";
import { EmptyState } from "../../ui/shown/empty-state.tsx";
import { countWords } from "../../ui/words.ts";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { Section } from "../parts/page.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { Row, Rows, StateWords } from "../parts/rows.tsx";
import { useAct } from "../parts/use-act.ts";
import type { ModelConfig, ModelProvider } from "../parts/wire.ts";
import { ConfigForm } from "./config-form.tsx";
import { priceWords } from "./model-words.ts";

interface ConfigsInput {
  readonly configs: readonly ModelConfig[];
  readonly providers: readonly ModelProvider[];
  readonly isAdmin: boolean;
  readonly onChange: () => Promise<void>;
}

/** The id of the config that is open, or that of one that is not there yet. */
const NEW = "new";

export function ConfigsSection({ configs, providers, isAdmin, onChange }: ConfigsInput) {
  const [open, setOpen] = useState<string | null>(null);
  const close = () => setOpen(null);
  const saved = async () => {
    await onChange();
    close();
  };
  return (
    <Section
      title="Model configs"
      actions={
        isAdmin ? (
          <Button disabled={open === NEW || providers.length === 0} onClick={() => setOpen(NEW)}>
            Add a model
          </Button>
        ) : undefined
      }
    >
      {open === NEW ? (
        <ConfigForm providers={providers} config={null} onSaved={saved} onCancel={close} />
      ) : null}
      {configs.length === 0 ? (
        <EmptyState title="There is no model yet">
          {isAdmin
            ? "Add a provider first, then a model of it. Until then no chat can be answered."
            : "Ask an admin to add one. Until then no chat can be answered."}
        </EmptyState>
      ) : null}
      <Rows label="Model configs">
        {configs.map((config) => (
          <ConfigRow
            key={config.id}
            config={config}
            isAdmin={isAdmin}
            onEdit={() => setOpen(config.id)}
            onChange={onChange}
          >
            {open === config.id ? (
              <ConfigForm providers={providers} config={config} onSaved={saved} onCancel={close} />
            ) : null}
          </ConfigRow>
        ))}
      </Rows>
    </Section>
  );
}

interface ConfigRowInput {
  readonly config: ModelConfig;
  readonly isAdmin: boolean;
  readonly onEdit: () => void;
  readonly onChange: () => Promise<void>;
  readonly children: ReactNode;
}

function ConfigRow({ config, isAdmin, onEdit, onChange, children }: ConfigRowInput) {
  const { busy, error, run } = useAct();
  const { id, name } = config;
  const change = (body: { readonly is_default?: true; readonly enabled?: boolean }) => async () => {
    await everturn.modelConfigs.update(id, body);
    await onChange();
  };
  const remove = async () => {
    await everturn.modelConfigs.delete(id);
    await onChange();
  };
  const actions = (
    <>
      {config.is_default || !config.enabled ? null : (
        <Button
          size="small"
          disabled={busy}
          aria-label={`Make default: ${name}`}
          onClick={() => run(change({ is_default: true }))}
        >
          Make default
        </Button>
      )}
      <Button
        size="small"
        disabled={busy}
        aria-label={`${config.enabled ? "Disable" : "Enable"} ${name}`}
        onClick={() => run(change({ enabled: !config.enabled }))}
      >
        {config.enabled ? "Disable" : "Enable"}
      </Button>
      <Button size="small" aria-label={`Edit ${name}`} onClick={onEdit}>
        Edit
      </Button>
      {config.seeded ? null : (
        <ConfirmButton
          label="Delete"
          name={name}
          question={`Delete ${name}?`}
          confirm="Delete the model"
          act={remove}
        >
          <p>Chats that use it go on with the default model.</p>
        </ConfirmButton>
      )}
    </>
  );
  return (
    <Row
      title={name}
      state={<ConfigState config={config} />}
      about={aboutConfig(config)}
      actions={isAdmin ? actions : undefined}
    >
      {error === null ? null : <ProblemNotice error={error} />}
      {children}
    </Row>
  );
}

function ConfigState({ config }: { readonly config: ModelConfig }) {
  if (!config.enabled) return <StateWords tone="quiet">Disabled</StateWords>;
  return config.is_default ? <StateWords tone="good">Default</StateWords> : null;
}

function aboutConfig(config: ModelConfig): string {
  const { provider, model, context_limit, reasoning_effort, price, seeded } = config;
  const said = [
    `${provider}/${model}`,
    context_limit === null ? null : `context of ${countWords(context_limit)} tokens`,
    reasoning_effort === null ? null : `effort ${reasoning_effort}`,
    price === null ? "no price" : priceWords(price),
    seeded ? "from the environment" : null,
  ];
  return said.filter((part) => part !== null).join(" · ");
}
