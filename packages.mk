# The image of the function, the three packages, and the tests in a cluster. Part of the Makefile.
BASE       ?= docker.io/library/python:3.13-slim
VERSION    ?= v$(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
REGISTRY   ?= xpkg.crossplane.io/registry-operator
FLAVOUR    ?= claims
CROSSPLANE ?= crossplane
CHAINSAW   ?= chainsaw
# Given to the build of the image as they are, such as --pull-never.
BUILD_FLAGS ?=
DIST       ?= dist

IMAGE      := function-registry:$(VERSION)
PACKAGES   := function-registry registry-operator registry-operator-namespaced
CONFIGURATION := registry-operator$(if $(filter namespaced,$(FLAVOUR)),-namespaced)

.PHONY: image packages push manifest e2e scale

image: ## Build the function's image with Buildah or Docker, whichever is there (BASE=image with Python)
	@mkdir -p $(DIST)
	@rm -f $(DIST)/function-registry.tar
	@if command -v buildah >/dev/null; then \
	  buildah build -q $(BUILD_FLAGS) --build-arg BASE=$(BASE) --build-arg VERSION=$(VERSION) --tag $(IMAGE) . && \
	  buildah push -q $(IMAGE) docker-archive:$(DIST)/function-registry.tar:$(IMAGE); \
	else \
	  docker build -q $(BUILD_FLAGS) --build-arg BASE=$(BASE) --build-arg VERSION=$(VERSION) --tag $(IMAGE) . && \
	  docker save $(IMAGE) --output $(DIST)/function-registry.tar; \
	fi
	@echo "$(DIST)/function-registry.tar: $(IMAGE), $$(du -m $(DIST)/function-registry.tar | cut -f1) MB unpacked"

packages: image ## Build the three Crossplane packages into dist/
	@$(CROSSPLANE) xpkg build --package-root package/function --examples-root examples/quickstart \
	  --embed-runtime-image-tarball $(DIST)/function-registry.tar --package-file $(DIST)/function-registry.xpkg
	@for flavour in claims namespaced; do \
	  name=configuration; package=registry-operator; example=quickstart; \
	  if [ $$flavour = namespaced ]; then name=configuration-namespaced; package=registry-operator-namespaced; example=namespaced; fi; \
	  rm -rf $(DIST)/$$name && mkdir -p $(DIST)/$$name && cp package/$$name/crossplane.yaml $(DIST)/$$name && \
	  cp -r apis/$$flavour $(DIST)/$$name/apis && cp -r compositions/$$flavour $(DIST)/$$name/compositions && \
	  $(CROSSPLANE) xpkg build --package-root $(DIST)/$$name --examples-root examples/$$example --package-file $(DIST)/$$package.xpkg || exit 1; \
	done

push: ## Push the packages of dist/ (REGISTRY=registry.example.com/registry-operator)
	@for package in $(PACKAGES); do \
	  $(CROSSPLANE) xpkg push --package-files $(DIST)/$$package.xpkg $(REGISTRY)/$$package:$(VERSION) || exit 1; \
	done

manifest: ## Print what installs the packages (REGISTRY=..., FLAVOUR=claims or namespaced)
	@sed -e '/^#/d' -e 's|$$REGISTRY|$(REGISTRY)|; s|$$VERSION|$(VERSION)|; s|$$CONFIGURATION|$(CONFIGURATION)|g' package/install.yaml

e2e: ## Run the tests in the cluster of KUBECONFIG (FLAVOUR=..., see tests/e2e/README.md)
	@CHAINSAW="$(CHAINSAW)" tests/e2e/run $(FLAVOUR) $(E2E_FLAGS)

scale: $(VENV)/.dev ## Measure 1,000 Registries and 100 Caches in the cluster of KUBECONFIG (SCALE_FLAGS=..., see docs/scale.md)
	@$(RUN) -m tests.scale $(SCALE_FLAGS)
