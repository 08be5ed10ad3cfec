"""What comes of wrong inputs, by kind: a sentence of ours, a library's error, or nothing at all."""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
from collections import Counter
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.append(str(Path(__file__).parents[1] / "shared"))

from attempts import FILES, attempt, make_run, wrong_inputs  # noqa: E402

GIGABYTE = 2**30


def main() -> int:
    """Try every wrong input, and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", default=FILES, help=", ".join(FILES))
    parser.add_argument("--all", action="store_true", help="print the sentences too")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (16 * GIGABYTE, 16 * GIGABYTE))  # for absurd sizes
    whole: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        run = make_run(Path(folder) / "run")
        for name in options.files:
            counts: Counter[str] = Counter()
            for line in wrong_inputs(name):
                outcome = attempt(name, line, run)
                counts[outcome.kind] += 1
                if options.all or outcome.kind != "sentence":
                    print(f"{outcome.kind:<9}{line}\n{'':9}{' '.join(outcome.text.split())[-300:]}")
            print(f"{name}: {sum(counts.values())}, {dict(counts)}", flush=True)
            whole += counts
    print(f"all: {sum(whole.values())}, {dict(whole)}")
    return int(whole["sentence"] < sum(whole.values()))


if __name__ == "__main__":
    sys.exit(main())
