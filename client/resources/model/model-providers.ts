// Model providers: who answers, where, and with which key.
import type { BodyOf, CallOptions, QueryOf } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function modelProviders(http: Http) {
  return {
    list: (options?: CallOptions) => http.request("get", "/v1/model-providers", { ...options }),

    create: (body: BodyOf<"post", "/v1/model-providers">, options?: CallOptions) =>
      http.request("post", "/v1/model-providers", { ...options, body }),

    get: (provider: string, options?: CallOptions) =>
      http.request("get", "/v1/model-providers/{model_provider}", {
        ...options,
        path: { model_provider: provider },
      }),

    update: (
      provider: string,
      body: BodyOf<"patch", "/v1/model-providers/{model_provider}">,
      options?: CallOptions,
    ) =>
      http.request("patch", "/v1/model-providers/{model_provider}", {
        ...options,
        path: { model_provider: provider },
        body,
      }),

    /** With `force` its model configs go, too. */
    delete: (
      provider: string,
      query: QueryOf<"delete", "/v1/model-providers/{model_provider}"> = {},
      options?: CallOptions,
    ) =>
      http.request("delete", "/v1/model-providers/{model_provider}", {
        ...options,
        path: { model_provider: provider },
        query,
      }),

    /** Makes a small call to find out whether it answers. */
    test: (
      provider: string,
      body: BodyOf<"post", "/v1/model-providers/{model_provider}/test">,
      options?: CallOptions,
    ) =>
      http.request("post", "/v1/model-providers/{model_provider}/test", {
        ...options,
        path: { model_provider: provider },
        body,
      }),

    /** What Everturn has learnt about requests that this provider refuses. */
    quirks: (provider: string, options?: CallOptions) =>
      http.request("get", "/v1/model-providers/{model_provider}/quirks", {
        ...options,
        path: { model_provider: provider },
      }),

    /** Forgets them, or those of a model, or one. */
    forgetQuirks: (
      provider: string,
      query: QueryOf<"delete", "/v1/model-providers/{model_provider}/quirks"> = {},
      options?: CallOptions,
    ) =>
      http.request("delete", "/v1/model-providers/{model_provider}/quirks", {
        ...options,
        path: { model_provider: provider },
        query,
      }),
  };
}
