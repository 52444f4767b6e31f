// Tests: a page without a browser: React renders into a document that is one in name only.
import { Window } from "happy-dom";

const window = new Window({ url: "http://localhost/" });
// React looks for a document as it is loaded. Everything else, fetch above all, stays Node's own.
Object.assign(globalThis, { window, document: window.document });
const { createElement } = await import("react");
const { createRoot } = await import("react-dom/client");

/** Renders `component`, a function that calls hooks and gives nothing to see. Returns what ends the page. */
export function openPage(component) {
  const element = window.document.createElement("div");
  window.document.body.append(element);
  const root = createRoot(element);
  root.render(createElement(component));
  return () => {
    root.unmount();
    element.remove();
  };
}
