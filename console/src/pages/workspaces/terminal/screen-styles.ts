// Lets xterm draw under a policy that allows no inline styles: the style elements that it makes become style sheets of the document,
// and the style attributes of its spans become properties. Both are what a script may do; the policy stays as strict as it is.

export interface ScreenStyles {
  /** While `open` runs, in which xterm makes all its style elements, the document makes style sheets instead. */
  collect(open: () => void): void;
  /** Takes the style sheets away again. */
  dispose(): void;
}

/** Screens that are on the page. */
let screens = 0;

export function createScreenStyles(): ScreenStyles {
  const sheets = new Set<CSSStyleSheet>();
  const drop = (sheet: CSSStyleSheet) => {
    sheets.delete(sheet);
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  };
  const adopt = () => {
    const sheet = new CSSStyleSheet();
    sheets.add(sheet);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    return sheet;
  };
  screens += 1;
  // Colours of 24 bits, and those that are made readable, are set so, with each line that is drawn.
  HTMLSpanElement.prototype.setAttribute = setAttribute;
  return {
    collect(open) {
      const make = document.createElement.bind(document);
      const createElement = (name: string, options?: ElementCreationOptions) =>
        name === "style" ? styleStandIn(make("span"), adopt(), drop) : make(name, options);
      Object.defineProperty(document, "createElement", { configurable: true, value: createElement });
      try {
        open();
      } finally {
        // What is inherited counts again.
        Reflect.deleteProperty(document, "createElement");
      }
    },
    dispose() {
      for (const sheet of sheets) drop(sheet);
      screens -= 1;
      if (screens === 0) Reflect.deleteProperty(HTMLSpanElement.prototype, "setAttribute");
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
