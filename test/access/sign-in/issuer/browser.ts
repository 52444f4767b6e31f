// Tests: as much of a browser as a sign-in needs: it keeps cookies by host and path, and is led from page to page.

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  /** All of the header, for tests that look at its marks. */
  readonly header: string;
}

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const hopsMax = 12;

export class Browser {
  readonly #cookies = new Map<string, Cookie>();

  /** One request; redirects are not followed. */
  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.send("GET", url, { headers });
  }

  async send(
    method: string,
    url: string,
    {
      headers = {},
      json,
    }: { readonly headers?: Readonly<Record<string, string>>; readonly json?: unknown } = {},
  ): Promise<Page> {
    const cookie = this.#cookiesFor(new URL(url));
    const response = await fetch(url, {
      method,
      redirect: "manual",
      headers: {
        ...(cookie !== "" && { cookie }),
        ...(json !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    for (const header of response.headers.getSetCookie()) this.#take(new URL(url).host, header);
    return { url, status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Goes on while redirected, as long as `goesOn` says so. Returns the last page, or the redirect that it stopped at. */
  async follow(
    url: string,
    goesOn: (next: string) => boolean = () => true,
  ): Promise<Page & { readonly next: string | null }> {
    let at = url;
    for (let hops = 0; hops < hopsMax; hops++) {
      const page = await this.get(at);
      const location = page.headers.get("location");
      if (location === null) return { ...page, next: null };
      const next = new URL(location, at).href;
      if (!goesOn(next)) return { ...page, next };
      at = next;
    }
    throw new Error(`led in a circle: ${at}`);
  }

  /** A cookie as it was set. */
  cookie(url: string, name: string): Cookie | undefined {
    return this.#cookies.get(`${new URL(url).host} ${name}`);
  }

  #take(host: string, header: string): void {
    const [pair = "", ...marks] = header.split(";").map((part) => part.trim());
    const name = pair.slice(0, pair.indexOf("="));
    const value = pair.slice(name.length + 1);
    const mark = (of: string) =>
      marks.find((each) => each.toLowerCase().startsWith(`${of}=`))?.slice(of.length + 1);
    const expires = mark("expires");
    const key = `${host} ${name}`;
    if (expires !== undefined && Date.parse(expires) <= Date.now()) this.#cookies.delete(key);
    else this.#cookies.set(key, { name, value, path: mark("path") ?? "/", header });
  }

  #cookiesFor({ host, pathname }: URL): string {
    return [...this.#cookies]
      .filter(([key, { path }]) => key.startsWith(`${host} `) && pathname.startsWith(path))
      .map(([, { name, value }]) => `${name}=${value}`)
      .join("; ");
  }
}
