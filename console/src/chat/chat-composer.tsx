// The composer of an open chat: what it sends, the commands it knows, and the pickers at its foot.
import { memo, useCallback, useState } from "react";
import type { ChatStatus } from "../../../client/index.ts";
import { useToast } from "../ui/layers/toasts.tsx";
import { EFFORTS, type Effort, readCatalogAgain, stillThere, useCatalog } from "./composer/catalog.ts";
import { Composer } from "./composer/composer.tsx";
import type { Outgoing } from "./composer/outgoing.ts";
import { EffortPicker, ModelPicker, PlanSwitch } from "./composer/pickers.tsx";
import type { TypedCommand } from "./composer/slash-commands.ts";
import { useFork } from "./messages/use-fork.ts";
import { useChatFact, useOpenChat } from "./open-chat.ts";

export const ChatComposer = memo(function ChatComposer({ status }: { readonly status: ChatStatus | null }) {
  const { client, chat_id, act } = useOpenChat();
  const chat = useChatFact((facts) => facts.chat);
  const closed = useChatFact((facts) => facts.closed);
  const is_busy = useChatFact((facts) => facts.is_busy && facts.closed !== "shared");
  const catalog = useCatalog(client);
  const [chosen, setModel] = useState<string | null>(null);
  const model = stillThere(chosen, catalog?.models, null);
  const [effort, setEffort] = useState<string | null>(null);
  const stop = useCallback(() => {
    void act("The turn was not stopped", () => client.chats.interrupt(chat_id));
  }, [act, client, chat_id]);
  const send = useCallback(
    async ({ content, busy_behavior }: Outgoing) => {
      const isSent = await act("The message was not sent", () =>
        client.chats.send(chat_id, {
          content: [...content],
          ...(status !== null && status !== "waiting" && status !== "error" && { busy_behavior }),
          ...(model !== null && { model_config_id: model }),
          ...(effort !== null && effort !== "" && { reasoning_effort: effort as Effort }),
        }),
      );
      if (!isSent) readCatalogAgain();
      return isSent;
    },
    [act, client, chat_id, status, model, effort],
  );
  const plan = useCallback(
    (isOn: boolean) =>
      act("Plan mode was not changed", () => client.chats.update(chat_id, { plan_mode: isOn })),
    [act, client, chat_id],
  );
  const onCommand = useCommands({ stop, plan, setModel, setEffort });
  return (
    <Composer
      client={client}
      chatId={chat_id}
      workspaceId={chat?.workspace_id ?? null}
      isBusy={is_busy}
      closed={closed === null ? null : CLOSED_WORDS[closed]}
      onSend={send}
      onCommand={onCommand}
      onStop={stop}
    >
      <ModelPicker catalog={catalog} value={model ?? chat?.last_model_config_id ?? ""} onChange={setModel} />
      <EffortPicker value={effort ?? chat?.reasoning_effort ?? ""} onChange={setEffort} />
      <PlanSwitch
        isOn={chat?.plan_mode === true}
        disabled={is_busy || chat === null || closed !== null}
        onChange={(isOn) => void plan(isOn)}
      />
    </Composer>
  );
});

const CLOSED_WORDS = {
  archived: "This chat is archived. Take it back to write in it.",
  shared: "This chat is shared with you: you can read it.",
} as const;

interface CommandsInput {
  readonly stop: () => void;
  readonly plan: (isOn: boolean) => Promise<boolean>;
  readonly setModel: (id: string) => void;
  readonly setEffort: (effort: string) => void;
}

function useCommands({
  stop,
  plan,
  setModel,
  setEffort,
}: CommandsInput): (command: TypedCommand) => Promise<boolean> {
  const { client, chat_id, act } = useOpenChat();
  const chat = useChatFact((facts) => facts.chat);
  const catalog = useCatalog(client);
  const toast = useToast();
  const fork = useFork();
  return useCallback(
    async ({ name, argument }) => {
      switch (name) {
        case "model": {
          const wanted = argument.toLowerCase();
          const found = catalog?.models.find((one) =>
            [one.name, one.model].some((word) => word.toLowerCase().includes(wanted)),
          );
          if (found === undefined || wanted === "") return refuse(toast, `There is no model "${argument}".`);
          setModel(found.id);
          return true;
        }
        case "effort":
          if (!EFFORTS.some((one) => one === argument))
            return refuse(toast, `Effort is one of ${EFFORTS.join(", ")}.`);
          setEffort(argument);
          return true;
        case "plan":
          return plan(chat?.plan_mode !== true);
        case "compact":
          return act("The chat was not summarised", () => client.chats.compact(chat_id));
        case "clear":
          return act("The chat was not cleared", () => client.chats.clear(chat_id));
        case "fork":
          fork();
          return true;
        case "regenerate":
          return act("It was not answered again", () => client.chats.regenerate(chat_id));
        case "title":
          return act("The title was not changed", () =>
            argument === ""
              ? client.chats.newTitle(chat_id)
              : client.chats.update(chat_id, { title: argument.slice(0, 200) }),
          );
        case "refresh":
          return act("The instructions were not read", () => client.chats.refreshContext(chat_id));
        case "stop":
          stop();
          return true;
      }
    },
    [act, catalog, chat, chat_id, client, fork, plan, setEffort, setModel, stop, toast],
  );
}

function refuse(toast: ReturnType<typeof useToast>, words: string): false {
  toast({ words, tone: "bad" });
  return false;
}
