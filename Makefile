PREFIX ?= /usr/local
BUILD = swift build -c release
SKNET = .build/release/sknet
RESOURCES = Sources/Experiments/Resources
SHARE = $(DESTDIR)$(PREFIX)/share

.PHONY: all setup build demo test lint figures install uninstall clean

all: build

# System libraries, by apt where they are missing.
setup:
	@bash .ci/setup

build: setup
	$(BUILD) --product sknet

# The zoom-in experiment on the bundled photographs.
demo: build
	$(SKNET) run Experiments/zoom.yaml

# Release mode shares its build with the demo and runs the engine's tests at full speed.
test: setup
	swift test -c release --disable-xctest

lint:
	swift format lint --strict -r Sources Tests Package.swift

# Draws again what Figures/ holds.
figures: build
	$(SKNET) run Experiments/zoom.yaml --fresh --quiet
	$(SKNET) run Experiments/zoom-target.yaml --fresh --quiet
	mkdir -p Figures/zoom Figures/zoom-target
	cp runs/zoom/figures/*.png runs/zoom/results.json Figures/zoom/
	cp runs/zoom-target/figures/*.png runs/zoom-target/results.json Figures/zoom-target/

install: build
	install -D -m 755 $(SKNET) $(DESTDIR)$(PREFIX)/bin/sknet
	install -D -m 644 -t $(SHARE)/sknet $(RESOURCES)/sknet26-tiny.safetensors
	mkdir -p $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions \
	  $(SHARE)/fish/vendor_completions.d
	$(SKNET) --generate-completion-script bash > $(SHARE)/bash-completion/completions/sknet
	$(SKNET) --generate-completion-script zsh > $(SHARE)/zsh/site-functions/_sknet
	$(SKNET) --generate-completion-script fish > $(SHARE)/fish/vendor_completions.d/sknet.fish

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/sknet $(SHARE)/bash-completion/completions/sknet \
	  $(SHARE)/zsh/site-functions/_sknet $(SHARE)/fish/vendor_completions.d/sknet.fish
	rm -rf $(SHARE)/sknet

clean:
	rm -rf .build runs
