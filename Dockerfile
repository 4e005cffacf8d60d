# The base image has Python 3.11 or newer; the same one builds and runs, so that compiled packages fit.
ARG BASE=docker.io/library/python:3.13-slim
FROM ${BASE} AS build
WORKDIR /build
COPY pyproject.toml README.md LICENSE ./
COPY function function
# Without pip and setuptools what runs is half as large, and cannot install anything.
RUN python -m venv /app \
 && /app/bin/python -m pip install --no-cache-dir --no-compile --disable-pip-version-check . \
 && /app/bin/python -m pip uninstall -q -y pip setuptools \
 && find /app -name '*.pyi' -delete

FROM ${BASE}
COPY --from=build /app /app
# Nothing is written at run time: the root file system may be read only.
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 65532:65532
EXPOSE 9443
ENTRYPOINT ["/app/bin/python", "-m", "function"]
