# make            build sknet in release mode
# make demo       the zoom-in experiment on the bundled model and photographs
# make test       every test, or those that FILTER names: make test FILTER=EngineTests
# make cluster-test  shards and their merge on a Slurm that it brings up; needs root
# make lint       the style, as CI holds it
# make docs       the documentation, as pages under docs/
# make figures    draw the committed figures again
# make install    sknet, its model and shell completions to PREFIX (DESTDIR for packagers)

PREFIX ?= /usr/local
SWIFT ?= swift

sknet = .build/release/sknet
model = Sources/Experiments/Resources/sknet26-tiny.safetensors

# An installed sknet carries Swift's libraries within, so that it runs where no toolchain is. The
# flag changes every object file: a build folder of its own keeps the other targets' builds warm.
installed = .build-install/release/sknet
bindir = $(DESTDIR)$(PREFIX)/bin
sharedir = $(DESTDIR)$(PREFIX)/share
bash_completion = $(sharedir)/bash-completion/completions/sknet
zsh_completion = $(sharedir)/zsh/site-functions/_sknet
fish_completion = $(sharedir)/fish/vendor_completions.d/sknet.fish

.PHONY: build setup demo test cluster-test lint docs figures install uninstall clean

build: setup
	$(SWIFT) build -c release --product sknet

setup:
	@.ci/setup

demo: build
	$(sknet) run Experiments/zoom.yaml

# No test imports a module's inner parts, so what `make` has built serves the tests, and the reverse.
# What was left out for want of a tool or an instruction set stands in the last line; above it, when
# a test has failed, what failed: thousands of lines before.
test: setup
	@skipped=$$(mktemp) && log=$$(mktemp) && export SK_SKIPPED=$$skipped && \
	{ $(SWIFT) test -c release --disable-xctest --disable-testable-imports \
	    $(if $(FILTER),--filter '$(FILTER)') 2>&1; echo $$? > $$log.status; } | tee $$log; \
	status=$$(cat $$log.status); \
	[ $$status -eq 0 ] || { echo "failed:"; grep -a -A 3 -e ' recorded an issue' -e '✘' -e ' error: ' $$log; }; \
	echo "not tested here: $$(sort -u $$skipped | paste -sd ';' | sed 's/;/; /g' | grep . || echo nothing)"; \
	rm -f $$skipped $$log $$log.status; exit $$status

# Not part of `test`: it installs Debian's slurm-wlm and munge where they are missing.
cluster-test: build
	Tests/Cluster/run

lint:
	$(SWIFT) format lint --strict -r Sources Tests Package.swift

# What importing SelectiveKernels brings, and itself.
documented = $(shell sed -n 's/^@_exported import \([A-Z][A-Za-z]*\)$$/\1/p' \
  Sources/SelectiveKernels/SelectiveKernels.swift) SelectiveKernels

# A build folder of its own, for the same reason as install's: it is not a release build.
docs: setup
	SKNET_DOCS=1 $(SWIFT) package --scratch-path .build-docs --allow-writing-to-directory docs \
	  generate-documentation --enable-experimental-combined-documentation \
	  $(documented:%=--target %) --output-path docs --transform-for-static-hosting \
	  --warnings-as-errors

figures: build
	for run in zoom zoom-target; do \
	  $(sknet) run Experiments/$$run.yaml --fresh --quiet > /dev/null && mkdir -p Figures/$$run && \
	  cp runs/$$run/figures/*.png runs/$$run/results.json Figures/$$run/ || exit 1; \
	done

install: setup
	$(SWIFT) build -c release --product sknet --static-swift-stdlib --scratch-path .build-install
	install -D -m 755 $(installed) $(bindir)/sknet
	install -D -m 644 $(model) $(sharedir)/sknet/sknet26-tiny.safetensors
	install -d $(dir $(bash_completion) $(zsh_completion) $(fish_completion))
	$(installed) --generate-completion-script bash > $(bash_completion)
	$(installed) --generate-completion-script zsh > $(zsh_completion)
	$(installed) --generate-completion-script fish > $(fish_completion)

uninstall:
	rm -f $(bindir)/sknet $(bash_completion) $(zsh_completion) $(fish_completion)
	rm -rf $(sharedir)/sknet

# What was measured under runs/ stays: it may have taken days.
clean:
	rm -rf .build .build-docs .build-install docs
