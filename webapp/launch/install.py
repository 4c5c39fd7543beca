"""pip, with a sentence for what usually goes wrong. Run before anything is installed: nothing of ours is imported here."""

from __future__ import annotations

import re
import subprocess
import sys

# What pip says, and what it means. The first that is found counts: pip names an index without versions also where none answers.
REASONS = {
    r"No space left on device|Errno 28\b|Disk quota exceeded": (
        "The disk is full: .venv and pip's cache need about 3 GB with a CPU build of torch, 12 GB with a CUDA build;"
        " make room, or choose the CPU build with TORCH_INDEX=..., and start again."
    ),
    r"(command '\S*(cc|g\+\+|clang)\S*'|'\S*(cc|g\+\+|clang|make)'|\b(cc|g\+\+|clang|make):) .*(failed|not found|No such)"
    r"|No such file or directory: '\S*(cc|g\+\+|clang|make)'|Python\.h: No such file": (
        "A package has no ready-made build for this Python and machine, and compiling it failed: install a C compiler,"
        " make and Python's header files (build-essential and python3-dev on Debian), or use a common Python with PYTHON=..."
    ),
    r"Failed to establish a new connection|NewConnectionError|name resolution|timed out|ProxyError": (
        "The package index does not answer: check the network, or a proxy in HTTPS_PROXY, and start again; what has"
        " come already is kept."
    ),
    r"Could not find a version that satisfies|No matching distribution|ResolutionImpossible": (
        "The package index has no fitting version of a package (named above) for this Python and machine: use a common"
        " Python with PYTHON=..., and check TORCH_INDEX if it is set."
    ),
}


def reason(output: str) -> str | None:
    """The sentence that fits what pip said."""
    return next((text for pattern, text in REASONS.items() if re.search(pattern, output)), None)


def main(arguments: list[str]) -> int:
    """Run `pip install` with these arguments, pass on what it says; its exit code."""
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", *arguments]
    said = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            said.append(line)
            print(line, end="", flush=True)
    if pip.returncode and (found := reason("".join(said))):
        print(f"\n{found}", file=sys.stderr)
    return pip.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
