// The workspaces of the caller: the list, or the one that the address names.
import { Route, Switch } from "wouter";
import { WorkspaceList } from "./workspace-list.tsx";
import { WorkspaceView } from "./workspace-view.tsx";

export default function WorkspacesPage() {
  return (
    <Switch>
      <Route path="/workspaces">
        <WorkspaceList />
      </Route>
      <Route path="/workspaces/:id">{({ id }) => <WorkspaceView key={id} id={id} />}</Route>
    </Switch>
  );
}
