// The templates of workspaces. A broken template is listed with its fault; the others still work.
import { z } from "zod";
import { Refusal } from "../../../core/chat/refusal.ts";
import type { Template } from "../../../core/workspace/template.ts";
import type { ApiDeps } from "../../deps.ts";
import { type Route, route } from "../../http/route.ts";
import { templatePath } from "../../schemas/params.ts";
import { templateDetail, templateFault, templateSummary } from "../../schemas/template.ts";

const tag = "Workspaces";
const templatePage = z
  .strictObject({
    items: z.array(templateSummary),
    faults: z.array(templateFault).meta({ description: "What keeps other templates from being listed" }),
    next_cursor: z.null(),
  })
  .meta({ id: "TemplatePage" });
const shownTemplate = z
  .strictObject({
    template: templateDetail.nullable().meta({ description: "Null: `faults` says why" }),
    faults: z.array(templateFault),
    readme: z.string().nullable(),
  })
  .meta({ id: "ShownTemplate" });

export function templateRoutes(deps: Pick<ApiDeps, "templates">): Route[] {
  return [list(deps), read(deps)];
}

function list({ templates }: Pick<ApiDeps, "templates">): Route {
  return route({
    method: "get",
    path: "/v1/templates",
    summary: "List the templates of workspaces",
    tag,
    access: { area: "chats" },
    query: z.strictObject({}),
    responses: { 200: { description: "All templates that can be used", schema: templatePage } },
    async handler() {
      const shelf = await templates.list();
      const items = shelf.templates.map(toSummary);
      return { status: 200, body: { items, faults: shelf.faults, next_cursor: null } };
    },
  });
}

function read({ templates }: Pick<ApiDeps, "templates">): Route {
  return route({
    method: "get",
    path: "/v1/templates/{template}",
    summary: "Read a template: what it runs, and its README",
    tag,
    access: { area: "chats" },
    params: templatePath,
    responses: { 200: { description: "The template", schema: shownTemplate } },
    refusals: ["template_not_found"],
    async handler({ params }) {
      const found = await templates.read(params.template);
      if (found === null) throw new Refusal("template_not_found");
      const template = found.template === null ? null : toDetail(found.template);
      return { status: 200, body: { template, faults: found.faults, readme: found.readme } };
    },
  });
}

function toSummary(template: Template) {
  const { name, title, description, parameters, image, network, limits, ttl_ms } = template;
  return { name, title, description, parameters, image, network, limits, ttl_ms };
}

function toDetail(template: Template) {
  const { build, startup, env } = template;
  return { ...toSummary(template), build, startup, env: Object.keys(env) };
}
