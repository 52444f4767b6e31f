// The frame of every page: the sidebar, or a bar with a drawer on narrow screens, beside the page itself.
import { HamburgerMenuIcon } from "@radix-ui/react-icons";
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { useLocation } from "wouter";
import type { FeedStore } from "../../../client/index.ts";
import { useConnection } from "../state/connections.ts";
import { everturn } from "../state/everturn.ts";
import { FeedContext, useFeed } from "../state/feed.ts";
import { keep, readKept } from "../state/kept.ts";
import { feedRest } from "../state/rest.ts";
import { IconButton } from "../ui/controls/button.tsx";
import { Drawer } from "./drawer.tsx";
import styles from "./frame.module.css";
import { waitingCount, waitingItems } from "./inbox/waiting.ts";
import { ConnectionBanner } from "./notify/connection-banner.tsx";
import { useFreshErrors } from "./notify/use-fresh-errors.ts";
import { useNotifications } from "./notify/use-notifications.ts";
import { usePageTitle } from "./notify/use-page-title.ts";
import type { PageRoute } from "./page-route.ts";
import { Palette } from "./palette/palette.tsx";
import { useKeys } from "./palette/use-keys.ts";
import { Sidebar } from "./sidebar/sidebar.tsx";
import { NARROW, useMedia } from "./use-media.ts";

const Shortcuts = lazy(() => import("./palette/shortcuts.tsx"));

interface FrameProps {
  readonly pages: readonly PageRoute[];
  readonly children: ReactNode;
}

export function Frame(props: FrameProps) {
  const [feed, setFeed] = useState<FeedStore | null>(null);
  useEffect(() => {
    const opened = everturn.feed.open({ rest: feedRest });
    setFeed(opened);
    return () => opened.close();
  }, []);
  if (feed === null) return null;
  return (
    <FeedContext value={feed}>
      <OpenFrame {...props} />
    </FeedContext>
  );
}

function OpenFrame({ pages, children }: FrameProps) {
  const isNarrow = useMedia(NARROW);
  const { chats, connection, isLoaded } = useFeed();
  const told = useConnection(connection);
  const waiting = useMemo(() => waitingItems(chats), [chats]);
  const layers = useLayers();
  const sidebar = useSidebar();
  const [location, navigate] = useLocation();
  const known = isLoaded ? waiting : null;
  const count = waitingCount(waiting, useFreshErrors(known));
  usePageTitle(count, pages);
  useNotifications(known);
  useKeys({
    palette: layers.showPalette,
    shortcuts: layers.showShortcuts,
    "new-chat": () => navigate("/"),
    sidebar: isNarrow ? layers.showDrawer : sidebar.toggle,
    inbox: () => navigate("/inbox"),
  });
  const { close } = layers;
  // Whoever chose something in the drawer wants to see it.
  useEffect(() => close("drawer"), [location, close]);
  const content = (
    <Sidebar
      pages={pages}
      waitingCount={count}
      onSearch={layers.showPalette}
      onHide={isNarrow ? undefined : sidebar.toggle}
      onShortcuts={layers.showShortcuts}
    />
  );
  const hasBar = isNarrow || sidebar.isHidden;
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#page">
        Skip to the page
      </a>
      {!hasBar && <aside className={styles.sidebar}>{content}</aside>}
      <div className={styles.beside}>
        {hasBar && (
          <div className={styles.bar}>
            <IconButton label="Show the sidebar" onClick={isNarrow ? layers.showDrawer : sidebar.toggle}>
              <HamburgerMenuIcon />
            </IconButton>
          </div>
        )}
        <ConnectionBanner connection={told} isAlone={told !== connection} />
        {/* Focusable: a page may be longer than the window and have nothing else to focus. */}
        <main id="page" className={styles.page} tabIndex={0}>
          {children}
        </main>
      </div>
      {isNarrow && layers.open === "drawer" && <Drawer onClose={() => close("drawer")}>{content}</Drawer>}
      <Suspense fallback={null}>
        {layers.open === "palette" && <Palette pages={pages} onClose={() => close("palette")} />}
        {layers.open === "shortcuts" && <Shortcuts onClose={() => close("shortcuts")} />}
      </Suspense>
    </div>
  );
}

type Layer = "drawer" | "palette" | "shortcuts";

/** One at a time: the palette replaces the drawer it was opened from. */
function useLayers() {
  const [open, setOpen] = useState<Layer | null>(null);
  const close = useCallback((layer: Layer) => setOpen((now) => (now === layer ? null : now)), []);
  const showPalette = useCallback(() => setOpen("palette"), []);
  const showShortcuts = useCallback(() => setOpen("shortcuts"), []);
  const showDrawer = useCallback(() => setOpen("drawer"), []);
  return { open, close, showPalette, showShortcuts, showDrawer };
}

function useSidebar() {
  const [isHidden, setHidden] = useState(() => readKept("sidebar") === "hidden");
  const toggle = useCallback(() => {
    setHidden((was) => {
      keep("sidebar", was ? undefined : "hidden");
      return !was;
    });
  }, []);
  return { isHidden, toggle };
}
