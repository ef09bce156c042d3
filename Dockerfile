# One image for every part of a cell; the arguments pick which: -m services.registry, -m services.streams.relay …
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
COPY deploy/image /locks
RUN python -m venv --copies /opt/kapok \
    && /opt/kapok/bin/python -m pip install --require-hashes -r /locks/build.lock \
    && /opt/kapok/bin/python -m pip install --require-hashes --no-build-isolation -r /locks/requirements.lock \
    && /opt/kapok/bin/python -m pip uninstall --yes pip setuptools
COPY proto/gen/kapok /opt/kapok/source/kapok
COPY cli /opt/kapok/source/cli
COPY services /opt/kapok/source/services
# The root is read-only at run time, so what Python would write beside each module at its first import is written now.
RUN python -m compileall -q --invalidation-mode unchecked-hash /opt/kapok

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Kapok" \
      org.opencontainers.image.description="A city's public-security cameras, by level, permission and papers"
ENV PYTHONPATH=/opt/kapok/source PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp
COPY --from=build /opt/kapok /opt/kapok
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["/opt/kapok/bin/python"]
CMD ["-m", "cli", "--help"]
