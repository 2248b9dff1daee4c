# Clawrden: build, test, install. `make` alone lists the targets.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
BIN     := bin
PREFIX  ?= /usr
DESTDIR ?=
LDFLAGS := -s -w -X main.version=$(VERSION)
SHIM_LDFLAGS := -s -w -X github.com/clawrden/clawrden/shim.version=$(VERSION) -E github.com/clawrden/clawrden/shim.entry
# Without HTTP/2, which nothing here needs: less that a stranger's bytes reach, and a megabyte less to install.
TAGS    := -tags=nethttpomithttp2
GOBUILD := CGO_ENABLED=0 $(GO) build $(TAGS) -trimpath -buildvcs=false
TOOL    := $(GO) tool -modfile=tools/go.mod

.DEFAULT_GOAL := help
.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build build-shim build-launch build-daemon build-cli build-bridge
build: build-shim build-launch build-daemon build-cli build-bridge ## build the static binaries into bin/

build-shim: ## build the shim, which starts before the Go runtime does
	$(GOBUILD) -ldflags '$(SHIM_LDFLAGS)' -o $(BIN)/clawrden-shim ./cmd/clawrden-shim

build-launch: ## build the launcher, which units and containers start first
	$(GOBUILD) -ldflags '$(LDFLAGS)' -o $(BIN)/clawrden-launch ./cmd/clawrden-launch

build-daemon: ## build the daemon
	$(GOBUILD) -ldflags '$(LDFLAGS)' -o $(BIN)/clawrdend ./cmd/clawrdend

build-cli: ## build the CLI
	$(GOBUILD) -ldflags '$(LDFLAGS)' -o $(BIN)/clawrden ./cmd/clawrden

# The names of before; see docs/coming-from-warden.md.
.PHONY: build-warden build-all
build-warden: build-daemon build-cli
	ln -sf clawrdend $(BIN)/clawrden-warden
	ln -sf clawrden $(BIN)/clawrden-cli

build-all: build

build-bridge: ## build the bridges to chats, mail and webhooks
	$(GOBUILD) -ldflags '$(LDFLAGS)' -o $(BIN)/clawrden-bridge ./cmd/clawrden-bridge

# What is installed stands in packaging/clawrden/files; the man pages and completion scripts come from the programs.
PACK := env -u GOOS -u GOARCH $(GO) run $(TAGS) ./packaging/pack

.PHONY: generated
generated: ## write man pages and completion scripts into bin/generated
	env -u GOOS -u GOARCH $(GO) run $(TAGS) ./packaging/generate $(BIN)/generated

.PHONY: test integration-test demo bench fuzz lint fmt soak
test: ## install what the tests need (as root on Debian), then run all of them on the real programs
	tests/setup.sh test
	$(GO) vet $(TAGS) ./...
	$(GO) test $(TAGS) -json -timeout 20m $(TESTFLAGS) ./... | GOFLAGS="$$GOFLAGS $(TAGS)" $(GO) run ./tests/report $(if $(CI),-skips tests/skips.txt -again)

integration-test: ## only the tests that run the real programs
	tests/setup.sh test
	$(GO) test $(TAGS) -count=1 -timeout 20m ./tests/...

.PHONY: test-distros
test-distros: ## run the static shim and CLI in the userlands that can be made or found, and say which can't
	tests/setup.sh test
	CLAWRDEN_DISTROS=1 $(GO) test $(TAGS) -count=1 -v -timeout 30m -run '^TestUserlands$$' ./tests

demo: ## install what is missing, build, and put real commands through a daemon in a scratch directory
	tests/setup.sh demo
	@$(MAKE) --no-print-directory -s build
	@tests/demo/demo.sh $(BIN)

bench: build ## what a governed command costs, beside a direct one and sudo
	tests/setup.sh bench
	$(GO) run $(TAGS) ./tests/bench -bin $(BIN)
	$(GO) test $(TAGS) -timeout 40m -run '^$$' -bench . -benchmem ./...

.PHONY: attack
attack: build ## try the ways round a command guard: Clawrden's (as root), or the one under which the words GUARD start a command
	$(GO) run $(TAGS) ./tests/attack -bin $(BIN) $(if $(GUARD),-prefix '$(GUARD)')

FUZZTIME ?= 20s
fuzz: ## run each fuzz target for FUZZTIME (20s)
	@set -e; for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test $(TAGS) -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$target"; \
			$(GO) test $(TAGS) -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$package; \
		done; \
	done

soak: ## slow checks: race detector, the long form of tests that kill by chance, packages of all architectures, longer fuzzing
	$(GO) test $(TAGS) -race ./...
	CLAWRDEN_SOAK=1 $(GO) test $(TAGS) -count=1 -timeout 60m -run '^TestKilled' ./audit ./tests
	CLAWRDEN_SOAK=1 $(GO) test $(TAGS) -count=1 -timeout 60m -run '^TestRaces$$|^TestGuardedRaces' ./guard ./tests
	CLAWRDEN_SOAK=1 $(GO) test $(TAGS) -count=1 -timeout 60m -run '^TestOtherArchitecture$$' ./tests/packages
	$(MAKE) fuzz FUZZTIME=2m

lint: ## formatters and linters, pinned in tools/go.mod (the first build takes minutes)
	$(TOOL) golangci-lint config verify
	$(TOOL) golangci-lint run ./...
	@if command -v shellcheck >/dev/null; then shellcheck tests/setup.sh tests/demo/demo.sh .ci/run; else echo "shellcheck is not installed: scripts not checked"; fi

fmt: ## format the code
	$(TOOL) golangci-lint fmt ./...

.PHONY: reference
reference: ## renew docs/cli.md after a change of a command
	env -u GOOS -u GOARCH $(GO) run $(TAGS) ./packaging/generate -reference docs/cli.md

.PHONY: nix-hash
nix-hash: ## renew nixos/vendor-hash after a change of what is imported from other modules
	$(GO) run ./nixos/vendorhash >nixos/.vendor-hash && mv nixos/.vendor-hash nixos/vendor-hash

.PHONY: install uninstall clean
install: build generated ## install into DESTDIR, below PREFIX; without DESTDIR, systemd is told
	$(PACK) install -bin $(BIN) -prefix '$(PREFIX)' -destdir '$(DESTDIR)'
	@$(if $(DESTDIR),,$(MAKE) --no-print-directory -s tell-systemd)

# Groups, directories and the catalog of the running system: a boot makes them too. Shims that run keep the old file.
.PHONY: tell-systemd
tell-systemd:
	[ -d /run/systemd/system ] || exit 0; \
	systemctl daemon-reload && { systemctl reload dbus.service || true; } && systemd-sysusers clawrden.conf && systemd-tmpfiles --create clawrden.conf && journalctl --update-catalog && \
	for program in clawrden-shim clawrden-launch; do \
		cp '$(PREFIX)/lib/clawrden/'"$$program" /var/lib/clawrden/shims/.new-install && \
		mv /var/lib/clawrden/shims/.new-install /var/lib/clawrden/shims/"$$program" || exit 1; \
	done; \
	'$(PREFIX)/bin/clawrden' shims repair

# Tools whose places have been taken by shims have to be back before the shims' own program goes.
.PHONY: put-back
put-back:
	[ ! -x '$(PREFIX)/bin/clawrden' ] || '$(PREFIX)/bin/clawrden' shims remove --divert --all

uninstall: ## remove what install has put there; diverted tools come back, settings, state and logs stay
	@$(if $(DESTDIR),,$(MAKE) --no-print-directory -s put-back)
	@$(if $(DESTDIR),,[ ! -d /run/systemd/system ] || systemctl disable --now clawrden.socket clawrden-control.socket clawrden-judge.socket clawrden-guard.socket clawrden-http.socket clawrden-metrics.socket clawrden-diverted.path clawrden.service clawrden-guard.service || true)
	$(PACK) uninstall -bin $(BIN) -prefix '$(PREFIX)' -destdir '$(DESTDIR)'
	@$(if $(DESTDIR),,[ ! -d /run/systemd/system ] || systemctl daemon-reload)

# The same commit gives the same packages, byte for byte, on every machine with the same Go.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --pretty=%ct 2>/dev/null || echo 0)
ARCHES  ?= amd64 arm64
FORMATS ?= deb,rpm
DIST    ?= dist
.PHONY: packages
packages: ## build the deb and rpm packages for ARCHES into dist/
	@set -e; for arch in $(ARCHES); do \
		$(MAKE) --no-print-directory build GOOS=linux GOARCH=$$arch BIN=$(DIST)/build/$$arch; \
		$(MAKE) --no-print-directory generated BIN=$(DIST)/build/$$arch; \
		for name in clawrden clawrden-bridge; do \
			$(PACK) package -name $$name -bin $(DIST)/build/$$arch -arch $$arch -version '$(VERSION)' -epoch '$(SOURCE_DATE_EPOCH)' -formats '$(FORMATS)' -out $(DIST); \
		done; \
	done

clean: ## remove what was built
	rm -rf $(BIN) $(DIST)
