// Lets xterm draw under a policy that allows no inline styles: the style elements that it makes become style sheets of the document,
// and its style attributes become properties. Both are what a script may do; the policy stays as strict as it is.

export interface PolicyDocument {
  /** For xterm's `documentOverride`. */
  readonly document: Document;
  /** While `act` runs, the page's own document makes elements like this, too: xterm's scroll bar asks that one. */
  during(act: () => void): void;
  /** Takes the style sheets away again. */
  dispose(): void;
}

export function createPolicyDocument(): PolicyDocument {
  const page = globalThis.document;
  const make = page.createElement.bind(page);
  const sheets = new Set<CSSStyleSheet>();
  const drop = (sheet: CSSStyleSheet) => {
    sheets.delete(sheet);
    page.adoptedStyleSheets = page.adoptedStyleSheets.filter((one) => one !== sheet);
  };
  const adopt = () => {
    const sheet = new CSSStyleSheet();
    sheets.add(sheet);
    page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
    return sheet;
  };
  const createElement = (name: string, options?: ElementCreationOptions): HTMLElement => {
    if (name === "style") return styleStandIn(make("span"), adopt(), drop);
    const element = make(name, options);
    element.setAttribute = setAttribute;
    return element;
  };
  return {
    document: proxyOf(page, createElement),
    during(act) {
      Object.defineProperty(page, "createElement", { configurable: true, value: createElement });
      try {
        act();
      } finally {
        // What is inherited counts again.
        Reflect.deleteProperty(page, "createElement");
      }
    },
    dispose() {
      for (const sheet of sheets) drop(sheet);
    },
  };
}

/** In place of a style element: whatever its text becomes, is the text of the sheet. */
function styleStandIn(element: HTMLElement, sheet: CSSStyleSheet, drop: (sheet: CSSStyleSheet) => void) {
  let text = "";
  element.hidden = true;
  Object.defineProperty(element, "textContent", {
    get: () => text,
    set(value: string) {
      text = value;
      sheet.replaceSync(value);
    },
  });
  element.remove = () => {
    drop(sheet);
    Element.prototype.remove.call(element);
  };
  return element;
}

function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === "style") this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}

/** The document in all but this. Its functions take no other object for it. */
function proxyOf(page: Document, createElement: (name: string) => HTMLElement): Document {
  return new Proxy(page, {
    get(target, name) {
      if (name === "createElement") return createElement;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}
