# syntax=docker/dockerfile:1
# Images of the compose file: `spoor` (the scheduler) and `tor` (its way to onion sites).

FROM debian:12-slim AS tor
# Debian keeps only the newest tor of a release, so no version can be pinned.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends tor \
    && rm -rf /var/lib/apt/lists/*
COPY --chmod=0644 scripts/tor/torrc /etc/tor/torrc
COPY --chmod=0755 scripts/tor/healthy /usr/local/bin/healthy
# The package makes this account; its number differs between releases.
# hadolint ignore=DL3066
USER debian-tor
EXPOSE 9050
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=5 CMD ["healthy"]
CMD ["tor", "-f", "/etc/tor/torrc"]

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/spoor
COPY requirements/build.txt requirements/run.txt requirements/
RUN /opt/spoor/bin/pip install --require-hashes -r requirements/build.txt \
    && /opt/spoor/bin/pip install --require-hashes --no-build-isolation -r requirements/run.txt
COPY . .
RUN /opt/spoor/bin/pip install --no-build-isolation --no-deps .

FROM python:3.11-slim-bookworm AS spoor
COPY --from=build /opt/spoor /opt/spoor
ENV PATH=/opt/spoor/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    SPOOR_WORKSPACE=/workspace
RUN useradd --uid 1000 --home-dir /workspace --no-create-home --shell /usr/sbin/nologin spoor \
    && install -d -o spoor -g spoor /workspace
USER 1000:1000
WORKDIR /workspace
VOLUME ["/workspace"]
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s --retries=3 \
    CMD ["spoor", "schedule", "status"]
ENTRYPOINT ["spoor"]
CMD ["schedule", "run"]
