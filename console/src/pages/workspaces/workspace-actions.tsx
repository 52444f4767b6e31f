// Start, stop and delete a workspace.
import { everturn } from "../../state/everturn.ts";
import { Button } from "../../ui/controls/button.tsx";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useAct } from "../parts/use-act.ts";
import type { Workspace } from "../parts/wire.ts";

interface WorkspaceActionsInput {
  readonly workspace: Workspace;
  readonly onChange: () => Promise<void>;
  readonly onDeleted: () => void;
}

export function WorkspaceActions({ workspace, onChange, onDeleted }: WorkspaceActionsInput) {
  const { busy, error, run } = useAct();
  const { id, name, status } = workspace;
  const start = async () => {
    await everturn.workspaces.start(id);
    await onChange();
  };
  const stop = async () => {
    await everturn.workspaces.stop(id);
    await onChange();
  };
  const remove = async () => {
    await everturn.workspaces.delete(id);
    onDeleted();
  };
  return (
    <>
      {error === null ? null : <ProblemNotice error={error} />}
      {status === "stopped" || status === "failed" ? (
        <Button size="small" disabled={busy} aria-label={`Start ${name}`} onClick={() => run(start)}>
          {status === "failed" ? "Build again" : "Start"}
        </Button>
      ) : null}
      {status === "running" ? (
        <ConfirmButton
          label="Stop"
          name={name}
          question={`Stop ${name}?`}
          confirm="Stop the workspace"
          act={stop}
        >
          <p>Its processes end, also those that agents have in the background. Its files stay.</p>
        </ConfirmButton>
      ) : null}
      <ConfirmButton
        label="Delete"
        name={name}
        question={`Delete ${name}?`}
        confirm="Delete the workspace"
        disabled={status === "deleting"}
        act={remove}
      >
        <p>All its files are deleted, too. This cannot be taken back. Chats that use it go on without it.</p>
      </ConfirmButton>
    </>
  );
}
