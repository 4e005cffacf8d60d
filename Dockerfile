# The base has Python 3.11 or newer. Of it goes into the image what the function needs to run, and nothing else:
# no shell, no pip, no package manager.
ARG BASE=docker.io/library/python:3.13-slim
FROM ${BASE} AS build
WORKDIR /build
COPY pyproject.toml README.md LICENSE ./
COPY function function
RUN python -m venv /app \
 && /app/bin/python -m pip install --no-cache-dir --no-compile --disable-pip-version-check . \
 && /app/bin/python -m pip uninstall -q -y pip setuptools
COPY package/image.py ./
RUN python image.py /app /image

FROM scratch
ARG VERSION
LABEL org.opencontainers.image.title=function-registry \
      org.opencontainers.image.version=${VERSION} \
      org.opencontainers.image.licenses=Apache-2.0
COPY --from=build /image /
# What is missing in the image is missing here already.
RUN ["/app/bin/python", "-m", "function", "--help"]
# Nothing is written at run time: the root file system may be read only.
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# Requests are taken in by one thread and answered by another. With a heap for each, or with one that is given back as soon as
# 128 KiB of it are free, their pages come and go with every call.
ENV MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=4194304 MALLOC_MMAP_THRESHOLD_=4194304
USER 65532:65532
EXPOSE 9443
ENTRYPOINT ["/app/bin/python", "-m", "function"]
