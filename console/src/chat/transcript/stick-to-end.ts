// Keeps a scrolling box at its end while somebody is there, and where it is while they are not.

/** So near the end counts as being there. */
const nearPx = 12;

/** Long enough to be found with the eyes. */
const markedMs = 4_000;

export interface ScrollPlace {
  /** The item at the top of the box. */
  readonly key: string;
  /** Where its upper edge is, from that of the box, in pixels. */
  readonly top: number;
}

export class StickToEnd {
  readonly #box: HTMLElement;
  readonly #onChange: (isAtEnd: boolean) => void;
  readonly #sizes: ResizeObserver;
  #isAtEnd = true;
  #lastTop = 0;
  /** The first item, and where it was: older ones may come before it. */
  #first: { readonly element: HTMLElement; readonly top: number } | null = null;

  constructor(box: HTMLElement, content: HTMLElement, onChange: (isAtEnd: boolean) => void) {
    this.#box = box;
    this.#onChange = onChange;
    this.#sizes = new ResizeObserver(() => this.#resized());
    this.#sizes.observe(content);
    this.#sizes.observe(box);
    box.addEventListener("scroll", this.#scrolled, { passive: true });
    box.addEventListener("wheel", this.#wheeled, { passive: true });
    this.#set(true);
    this.toEnd();
  }

  close(): void {
    this.#sizes.disconnect();
    this.#box.removeEventListener("scroll", this.#scrolled);
    this.#box.removeEventListener("wheel", this.#wheeled);
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** Some of the messages that are there are still being made. */
  get isPending(): boolean {
    return this.#box.querySelector("[data-pending]") !== null;
  }

  toEnd(): void {
    this.#set(true);
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#remember();
  }

  /** Somebody opens something: what they look at must not run away from them. */
  release(): void {
    this.#set(false);
  }

  /** After items were added: the one that was first stays where it was. */
  keepFirst(): void {
    if (this.#isAtEnd) this.toEnd();
    else if (this.#first?.element.isConnected === true) {
      const moved = this.#topOf(this.#first.element) - this.#first.top;
      if (Math.abs(moved) >= 1) this.#box.scrollTop += moved;
    }
    this.#remember();
  }

  place(): ScrollPlace | null {
    if (this.#isAtEnd) return null;
    for (const element of this.#items()) {
      const rect = element.getBoundingClientRect();
      const top = rect.top - this.#box.getBoundingClientRect().top;
      if (top + rect.height > 0) return { key: element.dataset["key"] ?? "", top };
    }
    return null;
  }

  /** Gives whether the place is there. */
  goTo({ key, top }: ScrollPlace): boolean {
    const element = this.#box.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
    if (element === null) return false;
    this.#set(false);
    // Chunks above have guessed heights until they were near once: the second time is exact.
    for (let round = 0; round < 3; round += 1) this.#box.scrollTop += this.#topOf(element) - top;
    this.#remember();
    return true;
  }

  /** Shows which item somebody came for, and gives it the focus, so that reading goes on there. */
  mark(key: string): void {
    const element = this.#box.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
    if (element === null) return;
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
    element.dataset["sought"] = "";
    setTimeout(() => delete element.dataset["sought"], markedMs);
  }

  readonly #scrolled = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    const isNear = scrollHeight - scrollTop - clientHeight <= nearPx;
    // What became shorter moves the box as well, but to its end.
    if (isNear) this.#set(true);
    else if (scrollTop < this.#lastTop) this.#set(false);
    this.#remember();
  };

  readonly #wheeled = (event: WheelEvent): void => {
    if (event.deltaY < 0 && this.#box.scrollHeight > this.#box.clientHeight) this.#set(false);
  };

  #resized(): void {
    if (this.#isAtEnd) this.#box.scrollTop = this.#box.scrollHeight;
    else if (this.#distance() <= nearPx) this.#set(true);
    this.#remember();
  }

  #distance(): number {
    return this.#box.scrollHeight - this.#box.scrollTop - this.#box.clientHeight;
  }

  #remember(): void {
    this.#lastTop = this.#box.scrollTop;
    const element = this.#box.querySelector<HTMLElement>("[data-key]");
    this.#first = element === null ? null : { element, top: this.#topOf(element) };
  }

  #topOf(element: HTMLElement): number {
    return element.getBoundingClientRect().top - this.#box.getBoundingClientRect().top;
  }

  #items(): Iterable<HTMLElement> {
    return this.#box.querySelectorAll<HTMLElement>("[data-key]");
  }

  #set(isAtEnd: boolean): void {
    // At the end we follow it ourselves; the browser's own anchoring would hold on to something above.
    this.#box.style.overflowAnchor = isAtEnd ? "none" : "auto";
    if (this.#isAtEnd === isAtEnd) return;
    this.#isAtEnd = isAtEnd;
    this.#onChange(isAtEnd);
  }
}
