// Says which model answers, for the box.

/** The parts of `GET /v1/model-configs` and `GET /v1/model-providers` that are used. */
interface Models {
  readonly configs: readonly {
    readonly provider: string;
    readonly model: string;
    readonly is_default: boolean;
  }[];
  readonly providers: readonly {
    readonly name: string;
    readonly base_url: string | null;
    readonly has_api_key: boolean;
    readonly enabled: boolean;
  }[];
}

/** The default model, and the providers that have a key, with their addresses. Pure. */
export function modelWords({ configs, providers }: Models): string {
  const standard = configs.find((config) => config.is_default);
  const usable = providers.filter((provider) => provider.enabled && provider.has_api_key);
  const named = usable.map(({ name, base_url }) =>
    base_url === null ? name : `${name} (${new URL(base_url).host})`,
  );
  const answers = standard === undefined ? "none by default" : `${standard.provider}/${standard.model}`;
  return `${answers}; providers: ${named.join(", ") || "none has a key"}`;
}

/** Asks the API, which knows what people chose in addition to the environment. Null if it does not answer. */
export async function fetchModels(apiUrl: string, apiKey: string): Promise<string | null> {
  const ask = async (path: string) => {
    const response = await fetch(apiUrl + path, { headers: { authorization: `Bearer ${apiKey}` } });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return ((await response.json()) as { items: never }).items;
  };
  try {
    return modelWords({
      configs: await ask("/v1/model-configs"),
      providers: await ask("/v1/model-providers"),
    });
  } catch {
    return null;
  }
}
