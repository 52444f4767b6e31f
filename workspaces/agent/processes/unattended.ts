// What keeps programs from waiting for a person.

/** Editors end at once, pagers print, and questions are not asked or answered with yes. */
export const unattended: Readonly<Record<string, string>> = {
  CI: "true",
  DEBIAN_FRONTEND: "noninteractive",
  EDITOR: "true",
  GIT_EDITOR: "true",
  GIT_PAGER: "cat",
  GIT_TERMINAL_PROMPT: "0",
  PAGER: "cat",
  PIP_NO_INPUT: "1",
  npm_config_yes: "true",
};
