// The list of shortcuts.
import { Dialog } from "../../ui/layers/dialog.tsx";
import styles from "./shortcuts.module.css";
import { KEYS, MOD } from "./use-keys.ts";

const GROUPS: readonly { readonly name: string; readonly rows: readonly (readonly [string, string])[] }[] = [
  { name: "Everywhere", rows: Object.values(KEYS).map(({ keys, words }) => [keys, words] as const) },
  {
    name: "In the list of chats",
    rows: [
      ["↑ ↓", "Move through the list"],
      ["Enter", "Open"],
      ["→ ←", "Show or hide subagents"],
      ["F2", "Rename"],
      ["P", "Pin or unpin"],
      ["L", "Labels"],
      ["E", "Archive, or bring back"],
      ["Delete", "Delete"],
    ],
  },
  {
    name: "In a chat",
    rows: [
      ["Enter", "Send"],
      ["Shift Enter", "New line"],
      [`${MOD}Enter`, "Interrupt and send"],
      ["Esc", "Stop the turn"],
      ["↑", "In an empty field: the message before"],
    ],
  },
];

export default function Shortcuts({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Shortcuts" onClose={onClose}>
      {GROUPS.map(({ name, rows }) => (
        <section key={name} className={styles.group}>
          <h3>{name}</h3>
          <dl className={styles.rows}>
            {rows.map(([keys, words]) => (
              <div key={keys + words} className={styles.row}>
                <dt>{words}</dt>
                <dd>
                  <kbd>{keys}</kbd>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
