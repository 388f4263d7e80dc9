# One image for every Airflow component, with the programs that tasks call. Why it is built this way:
# docs/decisions/0005. Versions stand in one place each: Python packages in requirements.txt, Go programs in
# lab/binaries/*/go.mod; both are checked by hash.

FROM golang:1.26-bookworm AS engines
# Static programs run in any image; the toolchain is the image's, never one downloaded because a go.mod asks.
ENV CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS="-trimpath -mod=readonly"
WORKDIR /build/velero
COPY lab/binaries/velero/go.mod lab/binaries/velero/go.sum ./
# velero writes its version into what it renders, and does not know it unless it is told.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    version="$(go list -m -f '{{.Version}}' github.com/vmware-tanzu/velero)" \
    && go build -ldflags "-s -w -X github.com/vmware-tanzu/velero/pkg/buildinfo.Version=$version" \
       -o /engines/ github.com/vmware-tanzu/velero/cmd/velero

FROM python:3.11-slim-bookworm AS packages
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore uv==0.13.9
COPY requirements.txt .
# --no-build: only wheels, so that no package runs code of its own while the image is built. Compiled here, because
# the containers cannot write beside the modules.
RUN --mount=type=cache,target=/root/.cache/uv \
    uv venv /opt/venv \
    && UV_LINK_MODE=copy uv pip install --python /opt/venv/bin/python --require-hashes --no-build \
       --compile-bytecode --requirement requirements.txt

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="CCE Migration" \
      org.opencontainers.image.description="Airflow that moves Kubernetes estates into CCE, with its engines" \
      org.opencontainers.image.licenses="Apache-2.0"
# The major version of pg_dump and pg_restore: not older than the source server (pg_dump refuses newer servers), not
# newer than the target server (pg_restore sends settings that older servers do not know). 15 is Debian's own, and
# the one tested; any other comes from the PostgreSQL project's repository, whose key Debian ships.
ARG POSTGRESQL_CLIENT=15
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates mariadb-client tini util-linux \
    && if [ "$POSTGRESQL_CLIENT" != 15 ]; then \
         apt-get install --yes --no-install-recommends postgresql-common \
         && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y; \
       fi \
    && apt-get install --yes --no-install-recommends "postgresql-client-$POSTGRESQL_CLIENT" \
    && rm -rf /var/lib/apt/lists/*
COPY --from=packages /opt/venv /opt/venv
COPY --from=engines /engines/ /usr/local/bin/
# A named volume takes the owner of the folder it is mounted on. airflow.cfg is empty and not writable: every setting
# comes by environment, and Airflow would otherwise write a file with keys of its own making.
RUN useradd --uid 50000 --user-group --no-create-home --home-dir /opt/airflow --shell /usr/sbin/nologin airflow \
    && mkdir -p /opt/airflow/dags /opt/airflow/plugins /opt/airflow/include /opt/airflow/migrations \
    && install --directory --owner airflow --group airflow \
       /opt/airflow/logs /opt/airflow/ledger /opt/airflow/scratch \
    && touch /opt/airflow/airflow.cfg
ENV AIRFLOW_HOME=/opt/airflow \
    PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /opt/airflow
USER airflow
# tini reaps the engines' children and hands signals to Airflow alone: a Celery worker's tasks must outlive the first.
ENTRYPOINT ["tini", "--"]
CMD ["airflow", "version"]
