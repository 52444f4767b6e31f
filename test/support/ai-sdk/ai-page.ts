// Tests: a page without a browser: React renders into a document that is one in name only.
import { createRequire } from "node:module";

// Not imported: the types of these packages would be everybody's, and those of a browser are not ours. They are installed in a
// folder of their own.
const load = createRequire(new URL("../../clients/package.json", import.meta.url));

interface Element {
  append(child: Element): void;
  remove(): void;
}

interface BrowserWindow {
  readonly document: { readonly body: Element; createElement(name: string): Element };
}

interface Root {
  render(element: unknown): void;
  unmount(): void;
}

const { Window } = load("happy-dom") as { Window: new (settings: { url: string }) => BrowserWindow };
const window = new Window({ url: "http://localhost/" });
// React looks for a document as it is loaded. Everything else, fetch above all, stays Node's own.
Object.assign(globalThis, { window, document: window.document });
const { createElement } = load("react") as { createElement: (component: () => null) => unknown };
const { createRoot } = load("react-dom/client") as { createRoot: (element: Element) => Root };

/** Renders `component`, a function that calls hooks and gives nothing to see. Returns what ends the page. */
export function openPage(component: () => null): () => void {
  const element = window.document.createElement("div");
  window.document.body.append(element);
  const root = createRoot(element);
  root.render(createElement(component));
  return () => {
    root.unmount();
    element.remove();
  };
}
