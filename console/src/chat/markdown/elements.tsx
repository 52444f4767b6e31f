// The elements of Markdown that need more than HTML's own: links that say where they lead, pictures that load nothing, tables that
// scroll, code.
import { Children, isValidElement, type ReactNode } from "react";
import type { Components } from "react-markdown";
import { CodeBlock } from "./code-block.tsx";
import styles from "./markdown.module.css";
import { isMisleading, safeLink, shownAddress } from "./safe-link.ts";

export const components: Components = {
  a: ({ href, children }) => <SafeLink href={href}>{children}</SafeLink>,
  img: ({ src, alt }) => <PictureLink src={typeof src === "string" ? src : undefined} alt={alt} />,
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <div className={styles.table} role="region" aria-label="Table" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
  input: ({ checked }) => (
    <input
      type="checkbox"
      checked={checked === true}
      disabled
      aria-label={checked === true ? "Done" : "Open"}
    />
  ),
  // The page has headings of its own above those of answers.
  h1: ({ children }) => <h3 data-level="1">{children}</h3>,
  h2: ({ children }) => <h4 data-level="2">{children}</h4>,
  h3: ({ children }) => <h5 data-level="3">{children}</h5>,
  h4: ({ children }) => <h6 data-level="4">{children}</h6>,
  h5: ({ children }) => <h6 data-level="5">{children}</h6>,
  h6: ({ children }) => <h6 data-level="6">{children}</h6>,
  pre: ({ children }) => <InnerCode>{children}</InnerCode>,
};

/** A link shows its address on hover, and where its words name another host, the real one stands behind it. */
export function SafeLink({
  href,
  children,
}: {
  readonly href: string | undefined;
  readonly children: ReactNode;
}) {
  const safe = safeLink(href);
  if (safe === null)
    return <span title={href === undefined ? undefined : shownAddress(href)}>{children}</span>;
  return (
    <>
      <a href={safe} title={shownAddress(safe)} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
      {isMisleading(textOf(children), safe) && (
        <span className={styles.realHost}> ({new URL(safe).host})</span>
      )}
    </>
  );
}

function PictureLink({ src, alt }: { readonly src: string | undefined; readonly alt: string | undefined }) {
  const safe = safeLink(src);
  const words = `Picture${alt === undefined || alt === "" ? "" : `: ${alt}`}`;
  if (safe === null)
    return <span className={styles.picture}>{words} (not shown: it has no web address)</span>;
  return (
    <a
      className={styles.picture}
      href={safe}
      title={shownAddress(safe)}
      target="_blank"
      rel="noopener noreferrer nofollow"
    >
      {words} ({new URL(safe).host || "mail"})
    </a>
  );
}

/** Code inside of lists and quotes. */
function InnerCode({ children }: { readonly children: ReactNode }) {
  const [code] = Children.toArray(children);
  if (!isValidElement<{ className?: string; children?: ReactNode }>(code)) return <pre>{children}</pre>;
  const info = /language-(\S+)/.exec(code.props.className ?? "")?.[1] ?? "";
  return <CodeBlock code={textOf(code.props.children).replace(/\n$/, "")} info={info} closed={true} />;
}

function textOf(node: ReactNode): string {
  if (typeof node === "string" || typeof node === "number") return String(node);
  if (Array.isArray(node)) return node.map(textOf).join("");
  return isValidElement<{ children?: ReactNode }>(node) ? textOf(node.props.children) : "";
}
