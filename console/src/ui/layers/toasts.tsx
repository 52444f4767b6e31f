// Short notes at the edge of the page: what failed, or what was done and can be undone.
import { Cross2Icon } from "@radix-ui/react-icons";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { classNames } from "../class-names.ts";
import { Button, IconButton } from "../controls/button.tsx";
import styles from "./toasts.module.css";

export interface Toast {
  readonly words: string;
  /** `bad` stays until it is closed. */
  readonly tone?: "plain" | "bad";
  readonly action?: { readonly label: string; readonly run: () => void };
}

type ShowToast = (toast: Toast) => void;

interface Shown extends Toast {
  readonly id: number;
}

const SHOWN_MAX = 4;
const PLAIN_SHOWN_MS = 6_000;
/** One that offers something has to be read, and its button found. */
const ACTION_SHOWN_MS = 12_000;

const ToastContext = createContext<ShowToast>(() => undefined);

/** Shows a note. */
export function useToast(): ShowToast {
  return useContext(ToastContext);
}

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Shown[]>([]);
  const close = useCallback((id: number) => setToasts((all) => all.filter((one) => one.id !== id)), []);
  const show = useCallback<ShowToast>((toast) => {
    setToasts((all) => {
      const id = (all.at(-1)?.id ?? 0) + 1;
      const others = all.filter((one) => one.words !== toast.words);
      return [...others, { ...toast, id }].slice(-SHOWN_MAX);
    });
  }, []);
  const layer = useRef<HTMLElement>(null);
  useEffect(() => {
    const { current } = layer;
    if (current === null) return;
    // Shown anew, so that it is above a dialog that was opened since.
    if (current.matches(":popover-open")) current.hidePopover();
    if (toasts.length > 0) current.showPopover();
  }, [toasts]);
  const list = useMemo(
    () => toasts.map((toast) => <ToastNote key={toast.id} toast={toast} onClose={close} />),
    [toasts, close],
  );
  return (
    <ToastContext value={show}>
      {children}
      <section ref={layer} popover="manual" className={styles.toasts} aria-label="Notes" aria-live="polite">
        {list}
      </section>
    </ToastContext>
  );
}

function ToastNote({ toast, onClose }: { readonly toast: Shown; readonly onClose: (id: number) => void }) {
  const { id, words, tone = "plain", action } = toast;
  // Nothing goes from under a pointer or a key.
  const [isPointedAt, setPointedAt] = useState(false);
  const [hasFocus, setFocus] = useState(false);
  const isKept = tone === "bad" || isPointedAt || hasFocus;
  const shownMs = action === undefined ? PLAIN_SHOWN_MS : ACTION_SHOWN_MS;
  useEffect(() => {
    if (isKept) return;
    const timer = setTimeout(() => onClose(id), shownMs);
    return () => clearTimeout(timer);
  }, [id, isKept, shownMs, onClose]);
  return (
    <div
      className={classNames(styles.toast, styles[tone])}
      role={tone === "bad" ? "alert" : "status"}
      onPointerEnter={() => setPointedAt(true)}
      onPointerLeave={() => setPointedAt(false)}
      onFocus={() => setFocus(true)}
      onBlur={() => setFocus(false)}
    >
      <p>{words}</p>
      {action !== undefined && (
        <Button
          size="small"
          onClick={() => {
            onClose(id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton label="Close note" onClick={() => onClose(id)}>
        <Cross2Icon />
      </IconButton>
    </div>
  );
}
