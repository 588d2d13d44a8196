# syntax=docker/dockerfile:1

# docs/container.md says how it is built, checked and pinned. npm run test:container builds it without Docker.
ARG NODE_IMAGE=docker.io/library/node:24-trixie-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

FROM ${NODE_IMAGE} AS production
# strip, which takes 18 MB of symbols out of Node's program.
RUN apt-get update && apt-get install -y --no-install-recommends binutils
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# The optional packages are those of the stand-in for Authsignal (rehearse), which production has no use for.
RUN npm ci --omit=dev --omit=optional --ignore-scripts
COPY --from=build /build/dist/src ./dist/src
COPY config ./config
COPY deploy/container ./deploy/container
# Every file gets this time, so that the same sources give the same image: seconds since 1970.
ARG SOURCE_DATE_EPOCH=0
RUN deploy/container/assemble.sh /image

# Nothing but Node, the libraries that it is linked with, and the gateway: no shell, no package manager.
FROM scratch
COPY --from=production /image/ /
ENV NODE_ENV=production
WORKDIR /app
# All files belong to root, and it writes none. A number, so that Kubernetes can see that it is not root.
USER 65532:65532
EXPOSE 8080
STOPSIGNAL SIGTERM
# The admin listener as config/gateway.yaml has it; ADMIN_URL tells another one.
ENV ADMIN_URL=http://127.0.0.1:9090
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["/usr/bin/node", "/app/dist/src/main.js", "health"]
ENTRYPOINT ["/usr/bin/node", "/app/dist/src/main.js"]
CMD ["start", "--config", "/etc/step-up-gateway/gateway.yaml"]
ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="step-up-gateway" \
  org.opencontainers.image.description="Step-up authentication with Authsignal in front of an OpenID Connect provider" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
