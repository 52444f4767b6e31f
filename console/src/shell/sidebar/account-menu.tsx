// Who is signed in, with what belongs to a person: theme, notifications, shortcuts, sign out.
import { PersonIcon } from "@radix-ui/react-icons";
import { signOut, useMe } from "../../state/sign-in.ts";
import { setTheme, THEMES, type Theme, useTheme } from "../../state/theme.ts";
import { useCommand } from "../../state/use-command.ts";
import { Menu, MenuChoice, MenuHeading, MenuItem, MenuLine } from "../../ui/layers/menu.tsx";
import { useToast } from "../../ui/layers/toasts.tsx";
import { setNotify, useNotifyState } from "../notify/use-notifications.ts";
import { KEYS } from "../palette/use-keys.ts";
import styles from "./account-menu.module.css";

const THEME_WORDS: Readonly<Record<Theme, string>> = {
  system: "Theme of the system",
  light: "Light theme",
  dark: "Dark theme",
};

export function AccountMenu({ onShortcuts }: { readonly onShortcuts: () => void }) {
  const me = useMe();
  const theme = useTheme();
  const { run } = useCommand("You could not be signed out");
  const trigger = (
    <button type="button" className={styles.account}>
      <PersonIcon /> <span className={styles.name}>{me.name}</span>
      <span className="visually-hidden">: account menu</span>
    </button>
  );
  return (
    <footer className={styles.footer}>
      <Menu trigger={trigger} align="start" side="top">
        <MenuHeading>
          {me.name} · {me.role}
          {me.api_key === null ? "" : ` · key ${me.api_key.name}`}
        </MenuHeading>
        {THEMES.map((each) => (
          <MenuChoice key={each} checked={theme === each} onChange={() => setTheme(each)}>
            {THEME_WORDS[each]}
          </MenuChoice>
        ))}
        <MenuLine />
        <NotifyChoice />
        <MenuItem keys={KEYS.shortcuts.keys} onSelect={onShortcuts}>
          Shortcuts
        </MenuItem>
        <MenuLine />
        <MenuItem onSelect={() => void run(signOut)}>Sign out</MenuItem>
      </Menu>
    </footer>
  );
}

function NotifyChoice() {
  const state = useNotifyState();
  const showToast = useToast();
  if (state === "impossible") return null;
  const change = async (wanted: boolean) => {
    const now = await setNotify(wanted);
    if (wanted && now === "blocked")
      showToast({
        words:
          "This browser blocks notifications of this page. Allow them in the browser's settings for the page.",
        tone: "bad",
      });
  };
  return (
    <MenuChoice checked={state === "on"} onChange={(wanted) => void change(wanted)}>
      Notify me when something waits
    </MenuChoice>
  );
}
