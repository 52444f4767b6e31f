// The languages that can be coloured, by the names that people give them.

const LANGUAGES = [
  "bash",
  "c",
  "csharp",
  "css",
  "diff",
  "docker",
  "go",
  "html",
  "java",
  "javascript",
  "json",
  "jsx",
  "kotlin",
  "lua",
  "make",
  "markdown",
  "php",
  "python",
  "ruby",
  "rust",
  "sql",
  "swift",
  "toml",
  "tsx",
  "typescript",
  "xml",
  "yaml",
] as const;

export type Language = (typeof LANGUAGES)[number];

const ALIASES: Readonly<Record<string, Language>> = {
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
export function languageOf(name: string): Language | null {
  const bare = name.toLowerCase().split(/[\s{,:]/)[0] ?? "";
  if (Object.hasOwn(ALIASES, bare)) return ALIASES[bare] ?? null;
  return LANGUAGES.find((language) => language === bare) ?? null;
}

export function languageOfPath(path: string): Language | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return languageOf(name.includes(".") ? name.slice(name.lastIndexOf(".") + 1) : name);
}
