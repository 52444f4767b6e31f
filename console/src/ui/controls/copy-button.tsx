// Copies a text, and says for a moment that it did.
import { CheckIcon, CopyIcon } from "@radix-ui/react-icons";
import { useEffect, useState } from "react";
import { useToast } from "../layers/toasts.tsx";
import { IconButton } from "./button.tsx";

const SAID_FOR_MS = 1_500;

export interface CopyButtonProps {
  /** Made when it is needed, if it is a function. */
  readonly text: string | (() => string);
  /** Such as "Copy code". */
  readonly label?: string;
}

export function CopyButton({ text, label = "Copy" }: CopyButtonProps) {
  const [isCopied, setCopied] = useState(false);
  const showToast = useToast();
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SAID_FOR_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setCopied(true);
    } catch {
      showToast({
        words: "The browser did not allow copying. Select the text and copy it by hand.",
        tone: "bad",
      });
    }
  };
  return (
    <IconButton label={isCopied ? "Copied" : label} onClick={() => void copy()}>
      {isCopied ? <CheckIcon /> : <CopyIcon />}
    </IconButton>
  );
}
