// `help`: says in one line what each command does.

export const HELP = `npm run everturn -- <command>

  start [--reset]     everything on this machine: Postgres, Temporal, worker, API; --reset wipes its data first
  api                 the HTTP API alone
  worker              a worker alone
  migrate             bring the database up to date
  rotate-keys         seal stored keys anew, after EVERTURN_SECRET_KEY changed
  search-attributes   register the search attributes of turns with Temporal
  stop-workspaces [--folder F]  end what runs in workspaces, or in all those below F; their files stay
  demo                a narrated conversation that survives a killed worker
  doctor              look at the environment and say what is wrong
  config-docs         write docs/configuration.md
  help, version

The environment configures all of them: docs/configuration.md
Beside a running \`npm start\` they work on its database, its Temporal and its secrets, unless DATABASE_URL names another.
`;
