// The menu of a chat in the list.
import {
  ArchiveIcon,
  BookmarkIcon,
  DotsVerticalIcon,
  DrawingPinIcon,
  Pencil1Icon,
  TrashIcon,
} from "@radix-ui/react-icons";
import type { Chat } from "../../../../../client/index.ts";
import { IconButton } from "../../../ui/controls/button.tsx";
import { Menu, MenuItem, MenuLine } from "../../../ui/layers/menu.tsx";
import styles from "./chat-row.module.css";
import { type ChatDeed, DEED_KEYS } from "./use-chat-deeds.ts";

interface ChatMenuProps {
  readonly chat: Chat;
  readonly isOpen: boolean;
  readonly onDeed: (deed: ChatDeed) => void;
}

export function ChatMenu({ chat, isOpen, onDeed }: ChatMenuProps) {
  const item = (deed: ChatDeed, words: string, icon: React.ReactNode) => (
    <MenuItem icon={icon} keys={DEED_KEYS[deed]} danger={deed === "delete"} onSelect={() => onDeed(deed)}>
      {words}
    </MenuItem>
  );
  const trigger = (
    <IconButton label="Chat menu" className={styles.menu}>
      <DotsVerticalIcon />
    </IconButton>
  );
  return (
    <Menu trigger={trigger} isOpen={isOpen}>
      {item("rename", "Rename", <Pencil1Icon />)}
      {chat.parent_chat_id === null &&
        item("pin", chat.pin_order === null ? "Pin" : "Unpin", <DrawingPinIcon />)}
      {item("label", "Labels", <BookmarkIcon />)}
      {item("archive", chat.archived ? "Bring back" : "Archive", <ArchiveIcon />)}
      <MenuLine />
      {item("delete", "Delete", <TrashIcon />)}
    </Menu>
  );
}
