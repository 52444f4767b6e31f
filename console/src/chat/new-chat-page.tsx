// The page on which a chat begins: `/`. It shows a composer, and what the chat is to be made with.
import { useCallback, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { everturn } from "../state/everturn.ts";
import { useToast } from "../ui/layers/toasts.tsx";
import styles from "./chat.module.css";
import {
  type Catalog,
  EFFORTS,
  type Effort,
  readCatalogAgain,
  stillThere,
  useCatalog,
} from "./composer/catalog.ts";
import { Composer } from "./composer/composer.tsx";
import { moveDraft } from "./composer/drafts.ts";
import type { Outgoing } from "./composer/outgoing.ts";
import { EffortPicker, ModelPicker, Picker, PlanSwitch } from "./composer/pickers.tsx";
import type { TypedCommand } from "./composer/slash-commands.ts";
import { keepFirstMessage } from "./first-message.ts";
import { OpenChatContext } from "./open-chat.ts";
import { useAct } from "./use-act.ts";

interface Choices {
  readonly model: string;
  readonly effort: string;
  readonly plan: boolean;
  readonly profile: string;
  readonly project: string;
  readonly template: string;
}

const noChoices: Choices = { model: "", effort: "", plan: false, profile: "", project: "", template: "" };

export function NewChatPage() {
  const catalog = useCatalog(everturn);
  const act = useAct();
  const [chosen, setChoices] = useState(noChoices);
  const choices = useMemo(() => choicesOf(chosen, catalog), [chosen, catalog]);
  const choose = useCallback(
    (changed: Partial<Choices>) => setChoices((old) => ({ ...old, ...changed })),
    [],
  );
  const send = useCreate(choices, act);
  const onCommand = useNewChatCommands(catalog, choose, choices);
  const open = useMemo(() => ({ client: everturn, chat_id: "", act }), [act]);
  return (
    <OpenChatContext value={open}>
      <div className={styles.fresh}>
        <h1 className={styles.freshTitle}>What shall we do?</h1>
        <Composer
          client={everturn}
          chatId={null}
          workspaceId={null}
          isBusy={false}
          closed={null}
          onSend={send}
          onCommand={onCommand}
          onStop={nothing}
        >
          <ModelPicker catalog={catalog} value={choices.model} onChange={(model) => choose({ model })} />
          <EffortPicker value={choices.effort} onChange={(effort) => choose({ effort })} />
          <PlanSwitch isOn={choices.plan} disabled={false} onChange={(plan) => choose({ plan })} />
        </Composer>
        <Setting catalog={catalog} choices={choices} choose={choose} />
      </div>
    </OpenChatContext>
  );
}

const nothing = (): void => undefined;

/** Without what was deleted since it was chosen. */
function choicesOf(chosen: Choices, catalog: Catalog | null): Choices {
  const templates = catalog?.templates.map(({ name }) => ({ id: name }));
  return {
    ...chosen,
    model: stillThere(chosen.model, catalog?.models, ""),
    profile: stillThere(chosen.profile, catalog?.profiles, ""),
    project: stillThere(chosen.project, catalog?.projects, ""),
    template: stillThere(chosen.template, templates, ""),
  };
}

function useCreate(
  choices: Choices,
  act: ReturnType<typeof useAct>,
): (message: Outgoing) => Promise<boolean> {
  const [, go] = useLocation();
  const workspaceOf = useWorkspaceOnce();
  const begun = useRef<string | null>(null);
  return useCallback(
    async ({ content, busy_behavior }) => {
      const chat = begun.current;
      // Sent while the chat was being begun: it belongs there.
      if (chat !== null)
        return act("The message was not sent", () =>
          everturn.chats.send(chat, { content: [...content], busy_behavior }),
        );
      const isBegun = await act("The chat was not begun", async () => {
        const { model, effort, plan, profile, project, template } = choices;
        const workspace = template === "" ? null : await workspaceOf(template);
        const made = await everturn.chats.create({
          content: [...content],
          ...(model !== "" && { model_config_id: model }),
          ...(effort !== "" && { reasoning_effort: effort as Effort }),
          ...(plan && { plan_mode: true }),
          ...(profile !== "" && { profile_id: profile }),
          ...(project !== "" && { project_id: project }),
          ...(workspace !== null && { workspace_id: workspace }),
        });
        keepFirstMessage(made.id, content);
        begun.current = made.id;
        moveDraft(localStorage, "new", made.id);
        go(`/chats/${made.id}`);
      });
      if (!isBegun) readCatalogAgain();
      return isBegun;
    },
    [act, choices, go, workspaceOf],
  );
}

/** A workspace for the chat. Where the chat could not be begun, the next try takes the same one. */
function useWorkspaceOnce(): (template: string) => Promise<string> {
  const made = useRef(new Map<string, string>());
  return useCallback(async (template) => {
    const known = made.current.get(template);
    if (known !== undefined) return known;
    const { id } = await everturn.workspaces.create({ template });
    made.current.set(template, id);
    return id;
  }, []);
}

function useNewChatCommands(
  catalog: Catalog | null,
  choose: (changed: Partial<Choices>) => void,
  choices: Choices,
): (command: TypedCommand) => Promise<boolean> {
  const toast = useToast();
  return useCallback(
    async ({ name, argument }) => {
      const wanted = argument.toLowerCase();
      const model = catalog?.models.find((one) => one.name.toLowerCase().includes(wanted));
      if (name === "model" && wanted !== "" && model !== undefined) choose({ model: model.id });
      else if (name === "effort" && EFFORTS.some((one) => one === argument)) choose({ effort: argument });
      else if (name === "plan") choose({ plan: !choices.plan });
      else {
        toast({ words: `"/${name} ${argument}" cannot be done before the chat has begun.`, tone: "bad" });
        return false;
      }
      return true;
    },
    [catalog, choose, choices.plan, toast],
  );
}

interface SettingProps {
  readonly catalog: Catalog | null;
  readonly choices: Choices;
  readonly choose: (changed: Partial<Choices>) => void;
}

/** Where the agent works, and as what. A row is there only where there is a choice. */
function Setting({ catalog, choices, choose }: SettingProps) {
  if (catalog === null) return <div className={styles.setting} />;
  const { profiles, projects, templates } = catalog;
  return (
    <div className={styles.setting}>
      {profiles.length > 0 && (
        <Picker
          label="Profile"
          value={choices.profile}
          options={[
            { value: "", label: "No profile" },
            ...profiles.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(profile) => choose({ profile })}
        />
      )}
      {projects.length > 0 && (
        <Picker
          label="Project folder, which the agent reads"
          value={choices.project}
          options={[
            { value: "", label: "No project" },
            ...projects.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(project) => choose({ project, template: "" })}
        />
      )}
      {templates.length > 0 && (
        <Picker
          label="Workspace, in which the agent runs programs"
          value={choices.template}
          options={[
            { value: "", label: "Workspace when needed" },
            ...templates
              .filter(needsNothing)
              .map(({ name, title }) => ({ value: name, label: title || name })),
          ]}
          onChange={(template) => choose({ template, project: "" })}
        />
      )}
    </div>
  );
}

/** Templates with parameters that must be given are started on the page of workspaces. */
function needsNothing({ parameters }: Catalog["templates"][number]): boolean {
  return parameters.every((parameter) => parameter.default !== undefined);
}
