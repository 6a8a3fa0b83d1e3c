"""The Python environment of the peers: this interpreter's if it has them all, else one of its own."""
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
SCRATCH = PROJECT / ".build-peers"  # ignored by git, like every .build-* folder
MODULES = {"pillow": "PIL"}


def requirements():
    lines = (HERE / "requirements.txt").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def missing():
    names = [line.split(">=")[0] for line in requirements()]
    return [name for name in names if importlib.util.find_spec(MODULES.get(name, name)) is None]


def enter():
    """Goes on in an environment with every peer that can be had; says loudly which cannot."""
    SCRATCH.mkdir(exist_ok=True)
    if not missing():
        return
    python = SCRATCH / "venv/bin/python"
    if Path(sys.prefix) != python.parent.parent:
        if not python.exists():
            print(f"making {python.parent.parent} for the peers", file=sys.stderr)
            subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
        for line in requirements():  # one by one: a peer that cannot be had leaves the others
            subprocess.run([python, "-m", "pip", "install", "--quiet", line], stdout=sys.stderr)
        os.execv(python, [str(python), *sys.argv])
    for name in missing():
        print(f"*** {name} could not be installed: THIS COMPARISON LACKS IT ***", file=sys.stderr)


def sknet(given):
    """The release build of sknet, or the program that was named."""
    program = Path(given) if given else PROJECT / ".build/release/sknet"
    if not program.exists():
        sys.exit(f"{program} does not exist; build it with 'make', or name one with --sknet")
    return str(program.resolve())
