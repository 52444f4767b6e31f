// The commands or files that fit what is typed, above the box.
import { useEffect, useRef } from "react";
import styles from "./composer.module.css";
import type { Typing } from "./use-typing.ts";

export function SuggestionList({ typing }: { readonly typing: Typing }) {
  const chosen = useRef<HTMLDivElement>(null);
  // The arrows choose; on a low screen the list is longer than its box.
  useEffect(() => chosen.current?.scrollIntoView({ block: "nearest" }), [typing.chosen]);
  if (typing.suggestions.length === 0) return null;
  return (
    <div className={styles.suggestions} id="composer-suggestions" role="listbox" aria-label="Suggestions">
      {typing.suggestions.map((suggestion, at) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the box
        // biome-ignore lint/a11y/useFocusableInteractive: the box keeps the focus and names the chosen one
        <div
          key={suggestion.key}
          ref={at === typing.chosen ? chosen : undefined}
          id={`suggestion-${at}`}
          role="option"
          aria-selected={at === typing.chosen}
          className={styles.suggestion}
          // The box must keep the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => typing.take(suggestion)}
        >
          <span className={styles.suggestionName}>{suggestion.label}</span>
          <span className={styles.suggestionHint}>{suggestion.hint}</span>
        </div>
      ))}
    </div>
  );
}
