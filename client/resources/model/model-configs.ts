// Model configs: a provider's model with its settings and prices.
import type { BodyOf, CallOptions } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

export function modelConfigs(http: Http) {
  return {
    list: (options?: CallOptions) => http.request("get", "/v1/model-configs", { ...options }),

    create: (body: BodyOf<"post", "/v1/model-configs">, options?: CallOptions) =>
      http.request("post", "/v1/model-configs", { ...options, body }),

    get: (config: string, options?: CallOptions) =>
      http.request("get", "/v1/model-configs/{model_config}", { ...options, path: { model_config: config } }),

    update: (
      config: string,
      body: BodyOf<"patch", "/v1/model-configs/{model_config}">,
      options?: CallOptions,
    ) =>
      http.request("patch", "/v1/model-configs/{model_config}", {
        ...options,
        path: { model_config: config },
        body,
      }),

    delete: (config: string, options?: CallOptions) =>
      http.request("delete", "/v1/model-configs/{model_config}", {
        ...options,
        path: { model_config: config },
      }),
  };
}
