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

.PHONY: build build-shim build-launch build-daemon build-cli
build: build-shim build-launch build-daemon build-cli ## build the static binaries into bin/

build-shim: ## build the shim, which starts before the Go runtime does
	$(GOBUILD) -ldflags '$(SHIM_LDFLAGS)' -o $(BIN)/clawrden-shim ./cmd/clawrden-shim

build-launch: ## build the launcher, which units and containers start first
	$(GOBUILD) -ldflags '$(LDFLAGS)' -o $(BIN)/clawrden-launch ./cmd/clawrden-launch

build-daemon: ## build the daemon
	$(GOBUILD) -ldflags '$(LDFLAGS)' -o $(BIN)/clawrdend ./cmd/clawrdend

build-cli: ## build the CLI
	$(GOBUILD) -ldflags '$(LDFLAGS)' -o $(BIN)/clawrden ./cmd/clawrden

.PHONY: test integration-test demo bench fuzz lint fmt soak
test: ## install what the tests need (as root on Debian), then run all of them on the real programs
	tests/setup.sh test
	$(GO) vet ./...
	$(GO) test -json -timeout 20m $(TESTFLAGS) ./... | $(GO) run ./tests/report $(if $(CI),-skips tests/skips.txt)

integration-test: ## only the tests that run the real programs
	tests/setup.sh test
	$(GO) test -count=1 -timeout 20m ./tests/...

demo: ## install what is missing, build, and put real commands through a daemon in a scratch directory
	tests/setup.sh demo
	@$(MAKE) --no-print-directory -s build
	@tests/demo/demo.sh $(BIN)

bench: build ## what a governed command costs, beside a direct one and sudo
	tests/setup.sh bench
	$(GO) run ./tests/bench -bin $(BIN)
	$(GO) test -run '^$$' -bench . -benchmem ./...

FUZZTIME ?= 20s
fuzz: ## run each fuzz target for FUZZTIME (20s)
	@set -e; for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$package; \
		done; \
	done

soak: ## slow checks: race detector, longer fuzzing
	$(GO) test -race ./...
	$(MAKE) fuzz FUZZTIME=2m

lint: ## formatters and linters, pinned in tools/go.mod (the first build takes minutes)
	$(TOOL) golangci-lint config verify
	$(TOOL) golangci-lint run ./...
	@if command -v shellcheck >/dev/null; then shellcheck tests/setup.sh tests/demo/demo.sh .ci/run; else echo "shellcheck is not installed: scripts not checked"; fi

fmt: ## format the code
	$(TOOL) golangci-lint fmt ./...

UNITS := clawrden.socket clawrden-control.socket clawrden-judge.socket clawrden-guard.socket clawrden-http.socket clawrden-metrics.socket clawrden.service clawrden-guard.service clawrden-agents.path clawrden-jobs.slice clawrden-agents.slice
# What systemd, the bus and polkit read besides units: the source below systemd/, and its place below PREFIX.
SYSTEMD := sysusers.d/clawrden.conf:lib/sysusers.d/clawrden.conf tmpfiles.d/clawrden.conf:lib/tmpfiles.d/clawrden.conf \
	system-preset/90-clawrden.preset:lib/systemd/system-preset/90-clawrden.preset clawrden.catalog:lib/systemd/catalog/clawrden.catalog \
	dbus/org.clawrden1.conf:share/dbus-1/system.d/org.clawrden1.conf dbus/org.clawrden1.service:share/dbus-1/system-services/org.clawrden1.service \
	polkit/org.clawrden1.policy:share/polkit-1/actions/org.clawrden1.policy polkit/org.clawrden1.rules:share/polkit-1/rules.d/org.clawrden1.rules
INTERFACES := $(notdir $(wildcard systemd/dbus/interfaces/*.xml))

.PHONY: install uninstall clean
install: build ## install into DESTDIR, below PREFIX; without DESTDIR, systemd is told
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/sbin' '$(DESTDIR)$(PREFIX)/lib/clawrden/policy.d' '$(DESTDIR)$(PREFIX)/share/doc/clawrden'
	install -m 0755 $(BIN)/clawrden '$(DESTDIR)$(PREFIX)/bin/clawrden'
	install -m 0755 $(BIN)/clawrdend '$(DESTDIR)$(PREFIX)/sbin/clawrdend'
	install -m 0755 $(BIN)/clawrden-shim $(BIN)/clawrden-launch '$(DESTDIR)$(PREFIX)/lib/clawrden/'
	install -m 0644 packaging/policy.d/*.hcl '$(DESTDIR)$(PREFIX)/lib/clawrden/policy.d/'
	install -m 0644 README.md LICENSE CHANGELOG.md '$(DESTDIR)$(PREFIX)/share/doc/clawrden/'
	install -d '$(DESTDIR)$(PREFIX)/lib/systemd/system'
	for unit in $(UNITS); do \
		sed 's|/usr/|$(PREFIX)/|' "systemd/$$unit" > '$(DESTDIR)$(PREFIX)/lib/systemd/system/'"$$unit" && \
		chmod 0644 '$(DESTDIR)$(PREFIX)/lib/systemd/system/'"$$unit" || exit 1; \
	done
	for file in $(SYSTEMD); do \
		to='$(DESTDIR)$(PREFIX)/'"$${file#*:}" && install -d "$$(dirname "$$to")" && \
		sed 's| /usr/| $(PREFIX)/|' "systemd/$${file%%:*}" > "$$to" && chmod 0644 "$$to" || exit 1; \
	done
	install -d '$(DESTDIR)$(PREFIX)/share/dbus-1/interfaces'
	install -m 0644 $(addprefix systemd/dbus/interfaces/,$(INTERFACES)) '$(DESTDIR)$(PREFIX)/share/dbus-1/interfaces/'
	for shell in bash zsh fish; do \
		case $$shell in \
		bash) to=share/bash-completion/completions/clawrden ;; \
		zsh) to=share/zsh/site-functions/_clawrden ;; \
		fish) to=share/fish/vendor_completions.d/clawrden.fish ;; \
		esac; \
		install -d "$(DESTDIR)$(PREFIX)/$$(dirname $$to)" && \
		$(BIN)/clawrden completion $$shell > "$(DESTDIR)$(PREFIX)/$$to" || exit 1; \
	done
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
	@$(if $(DESTDIR),,[ ! -d /run/systemd/system ] || systemctl disable --now clawrden.socket clawrden-control.socket clawrden-judge.socket clawrden-guard.socket clawrden-http.socket clawrden-metrics.socket clawrden.service clawrden-guard.service || true)
	rm -f '$(DESTDIR)$(PREFIX)/bin/clawrden' '$(DESTDIR)$(PREFIX)/sbin/clawrdend'
	rm -rf '$(DESTDIR)$(PREFIX)/lib/clawrden' '$(DESTDIR)$(PREFIX)/share/doc/clawrden'
	for unit in $(UNITS); do rm -f '$(DESTDIR)$(PREFIX)/lib/systemd/system/'"$$unit"; done
	for file in $(INTERFACES); do rm -f '$(DESTDIR)$(PREFIX)/share/dbus-1/interfaces/'"$$file"; done
	for file in $(SYSTEMD); do rm -f '$(DESTDIR)$(PREFIX)/'"$${file#*:}"; done
	rm -f '$(DESTDIR)$(PREFIX)/share/bash-completion/completions/clawrden' \
		'$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_clawrden' '$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/clawrden.fish'
	@$(if $(DESTDIR),,[ ! -d /run/systemd/system ] || systemctl daemon-reload)

clean: ## remove what was built
	rm -rf $(BIN)
