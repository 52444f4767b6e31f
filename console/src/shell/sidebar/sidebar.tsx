// The sidebar: a new chat, what waits, the pages, search, and the list of chats.
import {
  BellIcon,
  DotsHorizontalIcon,
  DoubleArrowLeftIcon,
  MagnifyingGlassIcon,
  Pencil2Icon,
} from "@radix-ui/react-icons";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { IconButton } from "../../ui/controls/button.tsx";
import { Menu, MenuItem } from "../../ui/layers/menu.tsx";
import { Badge } from "../../ui/shown/badge.tsx";
import { addressOf, type PageRoute } from "../page-route.ts";
import { KEYS } from "../palette/use-keys.ts";
import { AccountMenu } from "./account-menu.tsx";
import { type ListFilter, NO_FILTER } from "./arrange-chats.ts";
import { ChatList } from "./chat-list.tsx";
import { ListSearch } from "./list-search.tsx";
import styles from "./sidebar.module.css";

const INBOX = "/inbox";

interface SidebarProps {
  readonly pages: readonly PageRoute[];
  /** Of what waits for a person. */
  readonly waitingCount: number;
  readonly onSearch: () => void;
  /** Absent: it is not its own button's to hide it. */
  readonly onHide?: (() => void) | undefined;
  readonly onShortcuts: () => void;
}

export function Sidebar({ pages, waitingCount: count, onSearch, onHide, onShortcuts }: SidebarProps) {
  const [filter, setFilter] = useState<ListFilter>(NO_FILTER);
  return (
    <div className={styles.sidebar}>
      <header className={styles.header}>
        <Link href="/" className={styles.name}>
          Everturn
        </Link>
        <IconButton label="Search" keys={KEYS.palette.keys} onClick={onSearch}>
          <MagnifyingGlassIcon />
        </IconButton>
        {onHide !== undefined && (
          <IconButton label="Hide the sidebar" keys={KEYS.sidebar.keys} onClick={onHide}>
            <DoubleArrowLeftIcon />
          </IconButton>
        )}
      </header>
      <nav className={styles.links} aria-label="Pages">
        <NavLink href="/">
          <Pencil2Icon /> New chat
        </NavLink>
        <NavLink href={INBOX}>
          <BellIcon /> Inbox
          {count > 0 && (
            <span className={styles.count}>
              <Badge tone="warn">
                {count}
                <span className="visually-hidden"> waiting</span>
              </Badge>
            </span>
          )}
        </NavLink>
        <PagesMenu pages={pages} />
      </nav>
      <ListSearch filter={filter} onChange={setFilter} />
      <ChatList filter={filter} onClear={() => setFilter(NO_FILTER)} />
      <AccountMenu onShortcuts={onShortcuts} />
    </div>
  );
}

function NavLink({ href, children }: { readonly href: string; readonly children: React.ReactNode }) {
  const [location] = useLocation();
  return (
    <Link href={href} className={styles.link} aria-current={location === href ? "page" : undefined}>
      {children}
    </Link>
  );
}

function PagesMenu({ pages }: { readonly pages: readonly PageRoute[] }) {
  const [, navigate] = useLocation();
  const named = pages.filter((page) => page.name !== null && addressOf(page) !== INBOX);
  if (named.length === 0) return null;
  const trigger = (
    <button type="button" className={styles.link}>
      <DotsHorizontalIcon /> More
    </button>
  );
  return (
    <Menu trigger={trigger} align="start">
      {named.map((page) => (
        <MenuItem key={page.path} onSelect={() => navigate(addressOf(page))}>
          {page.name}
        </MenuItem>
      ))}
    </Menu>
  );
}
