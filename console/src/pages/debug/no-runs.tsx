// What to do when no model call of a chat was recorded.
import { everturn } from "../../state/everturn.ts";
import { Button } from "../../ui/controls/button.tsx";
import { EmptyState } from "../../ui/shown/empty-state.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useAct } from "../parts/use-act.ts";
import type { Loaded } from "../parts/use-load.ts";

interface NoRunsInput {
  readonly chat: Pick<Loaded<{ readonly id: string; readonly debug: boolean }>, "data" | "reload">;
}

export function NoRuns({ chat }: NoRunsInput) {
  const { busy, error, run } = useAct();
  if (chat.data === null) return null;
  if (chat.data.debug) {
    return (
      <EmptyState title="No model call was recorded yet">
        Recording is on for this chat. Its next turn is shown here, unless the operator has switched recording
        off (EVERTURN_DEBUG_RUNS).
      </EmptyState>
    );
  }
  const { id } = chat.data;
  const switchOn = async () => {
    await everturn.chats.update(id, { debug: true });
    await chat.reload();
  };
  return (
    <EmptyState title="No model call was recorded">
      <p>Everturn records the model calls of a chat when recording is on for it. It is off for this chat.</p>
      {error === null ? null : <ProblemNotice error={error} />}
      <Button kind="primary" disabled={busy} onClick={() => run(switchOn)}>
        Record this chat from now on
      </Button>
    </EmptyState>
  );
}
