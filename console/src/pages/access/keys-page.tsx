// The caller's own API keys.
import { Page } from "../parts/page.tsx";
import { UserKeys } from "./user-keys.tsx";

export default function KeysPage() {
  return (
    <Page
      title="API keys"
      about="Programs, and you in a browser, prove with a key who they are. A key is shown once, when it is made."
    >
      <UserKeys userId={null} />
    </Page>
  );
}
