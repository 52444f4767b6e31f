// The languages that can be coloured, each a file of its own that is loaded when it is needed.
import type { LanguageInput } from "shiki/core";

type LoadLanguage = () => Promise<{ readonly default: LanguageInput }>;

const LANGUAGES: Readonly<Record<string, LoadLanguage>> = {
  bash: () => import("shiki/langs/bash.mjs"),
  c: () => import("shiki/langs/c.mjs"),
  csharp: () => import("shiki/langs/csharp.mjs"),
  css: () => import("shiki/langs/css.mjs"),
  diff: () => import("shiki/langs/diff.mjs"),
  docker: () => import("shiki/langs/docker.mjs"),
  go: () => import("shiki/langs/go.mjs"),
  html: () => import("shiki/langs/html.mjs"),
  java: () => import("shiki/langs/java.mjs"),
  javascript: () => import("shiki/langs/javascript.mjs"),
  json: () => import("shiki/langs/json.mjs"),
  jsx: () => import("shiki/langs/jsx.mjs"),
  kotlin: () => import("shiki/langs/kotlin.mjs"),
  lua: () => import("shiki/langs/lua.mjs"),
  make: () => import("shiki/langs/make.mjs"),
  markdown: () => import("shiki/langs/markdown.mjs"),
  php: () => import("shiki/langs/php.mjs"),
  python: () => import("shiki/langs/python.mjs"),
  ruby: () => import("shiki/langs/ruby.mjs"),
  rust: () => import("shiki/langs/rust.mjs"),
  sql: () => import("shiki/langs/sql.mjs"),
  swift: () => import("shiki/langs/swift.mjs"),
  toml: () => import("shiki/langs/toml.mjs"),
  tsx: () => import("shiki/langs/tsx.mjs"),
  typescript: () => import("shiki/langs/typescript.mjs"),
  xml: () => import("shiki/langs/xml.mjs"),
  yaml: () => import("shiki/langs/yaml.mjs"),
};

const ALIASES: Readonly<Record<string, string>> = {
  sh: "bash",
  shell: "bash",
  zsh: "bash",
  console: "bash",
  cpp: "c",
  "c++": "c",
  cc: "c",
  h: "c",
  hpp: "c",
  cs: "csharp",
  dockerfile: "docker",
  golang: "go",
  htm: "html",
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  json5: "json",
  jsonc: "json",
  kt: "kotlin",
  makefile: "make",
  md: "markdown",
  py: "python",
  python3: "python",
  rb: "ruby",
  rs: "rust",
  ts: "typescript",
  mts: "typescript",
  cts: "typescript",
  svg: "xml",
  yml: "yaml",
  postgresql: "sql",
  patch: "diff",
};

/** The language that we can colour, from what stands behind a fence or from the end of a file's name; null: none. */
export function languageOf(name: string): string | null {
  const bare = name.toLowerCase().split(/[\s{,:]/)[0] ?? "";
  const known = Object.hasOwn(ALIASES, bare) ? (ALIASES[bare] ?? bare) : bare;
  return Object.hasOwn(LANGUAGES, known) ? known : null;
}

export function languageOfPath(path: string): string | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return languageOf(name.includes(".") ? name.slice(name.lastIndexOf(".") + 1) : name);
}

/** @param language one that `languageOf` gave */
export async function loadLanguage(language: string): Promise<LanguageInput> {
  const load = LANGUAGES[language];
  if (load === undefined) throw new Error(`There are no colours for ${language}.`);
  return (await load()).default;
}
