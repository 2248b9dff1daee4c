# Clawrden: build, test, install. `make` alone lists the targets.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
BIN     := bin
PREFIX  ?= /usr
DESTDIR ?=
LDFLAGS := -s -w -X main.version=$(VERSION)
SHIM_LDFLAGS := -s -w -X github.com/clawrden/clawrden/shim.version=$(VERSION) -E github.com/clawrden/clawrden/shim.entry
GOBUILD := CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false
TOOL    := $(GO) tool -modfile=tools/go.mod

.DEFAULT_GOAL := help
.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build build-shim build-daemon build-cli
build: build-shim build-daemon build-cli ## build the static binaries into bin/

build-shim: ## build the shim, which starts before the Go runtime does
	$(GOBUILD) -ldflags '$(SHIM_LDFLAGS)' -o $(BIN)/clawrden-shim ./cmd/clawrden-shim

build-daemon: ## build the daemon
	$(GOBUILD) -ldflags '$(LDFLAGS)' -o $(BIN)/clawrdend ./cmd/clawrdend

build-cli: ## build the CLI
	$(GOBUILD) -ldflags '$(LDFLAGS)' -o $(BIN)/clawrden ./cmd/clawrden
