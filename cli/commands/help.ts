// `help`: says in one line what each command does.

export const HELP = `npm run everturn -- <command>

  start [--reset]     run everything on this machine: Postgres, Temporal, worker, API; --reset deletes its data first
  api                 run the HTTP API alone
  worker              run a worker alone
  workers [promote BUILD [--force]] [--json]  list the builds of workers, or make one current
  build-id            print the build id that is made from these sources
  migrate             bring the database up to date
  rotate-keys         encrypt stored keys again, after EVERTURN_SECRET_KEY changed
  search-attributes   register the search attributes of turns with Temporal
  stop-workspaces [--folder F]  end what runs in workspaces, or in all those below F; their files stay
  users <act>         list, add, suspend, resume or delete users; without an act: how
  keys <act>          list, add or revoke API keys; without an act: how
  console-build       build the page in the browser, unless that was done (\`npm start\` does it by itself)
  chat [message]      talk with an agent in the terminal; \`npm run chat -- --help\` tells more
  demo [--console]    play a conversation that survives killed workers, in the terminal or in the browser
  doctor              check the environment and say what is wrong
  config-docs         write docs/configuration.md
  help, version

The environment configures all commands: docs/configuration.md
While \`npm start\` runs, they use its database, its Temporal and its secrets, unless DATABASE_URL names another database.
`;
