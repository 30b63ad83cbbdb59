# syntax=docker/dockerfile:1

# `sluice serve` in a container: docs/deploy.md has how to run it.
ARG NODE_VERSION=24.21.0

# Builds the packages and puts together what runs, on glibc, as everywhere else where this repository is built.
FROM node:${NODE_VERSION}-bookworm-slim AS build
ENV CI=true DO_NOT_TRACK=1
WORKDIR /repository
COPY . .
# The pnpm that package.json pins, and exactly what the lockfile says.
RUN npm install --global "$(node --print "require('./package.json').packageManager")"
RUN --mount=type=cache,id=pnpm,target=/pnpm/store \
    pnpm --filter "@sluice/cli..." --filter "@sluice/tooling" install --frozen-lockfile --store-dir /pnpm/store
RUN pnpm --filter "@sluice/cli..." run build
RUN mkdir /packed && pnpm --filter "@sluice/cli..." --recursive pack --pack-destination /packed
# The command with what it needs at run time, as the lockfile has it. In the workspace, packages point at their sources; over
# those go the packed ones, which are what users of npm get.
RUN --mount=type=cache,id=pnpm,target=/pnpm/store \
    pnpm --filter "@sluice/cli" --config.inject-workspace-packages=true deploy --prod --store-dir /pnpm/store /app && \
    for packed in /packed/sluice-*.tgz; do \
      name="${packed##*/sluice-}" && name="${name%-[0-9]*.tgz}" && \
      if [ "$name" = cli ]; then into=/app; else into="/app/node_modules/@sluice/$name"; fi && \
      rm -rf "$into/src" && tar --extract --gzip --file "$packed" --directory "$into/" --strip-components 1 || exit 1; \
    done
# Declarations and source maps are for developers.
RUN find /app -type f \( -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' -o -name '*.map' \) -delete && \
    rm -rf /app/src /app/pnpm-lock.yaml /app/pnpm-workspace.yaml && \
    node /app/dist/bin.js --version

# Nothing in it was compiled for one libc, so the small one will do.
FROM node:${NODE_VERSION}-alpine AS serve
ENV NODE_ENV=production
COPY --from=build /app /app
# Where sluice.config.json is mounted.
WORKDIR /config
USER node
EXPOSE 7300
# Alive, also while it drains; /readyz is for load balancers.
HEALTHCHECK --interval=15s --timeout=3s --start-period=5s --retries=3 \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:7300/healthz', { signal: AbortSignal.timeout(2500) }).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/bin.js"]
# An address that others reach needs keys in the configuration; without them it does not start.
CMD ["serve", "--host", "0.0.0.0", "--port", "7300", "--log", "json"]
