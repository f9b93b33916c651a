"""What the C checks reached, from the counts in a directory of objects that were compiled with --coverage.

    python tests/c/coverage.py DIRECTORY

A line for each file outside kernels, then what was not reached. Ends with 1 unless that is no line, and at most one
branch in fifty. A line whose comment has "not reached: REASON" is left out; it says why no check can come there.
"""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEAST_BRANCHES = 0.98
EXCUSE = "not reached: "


def counts_of(folder: Path) -> tuple[dict[str, Counter], dict[str, dict[tuple[int, int], int]]]:
    """Per file how often each line was run and each branch, as (line, its number there), taken."""
    lines: dict[str, Counter] = defaultdict(Counter)
    branches: dict[str, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    for notes in sorted(folder.glob("csrc_*.gcno")):
        command = ["gcov", "--json-format", "--stdout", "--branch-probabilities", str(notes)]
        report = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
        for file in report["files"]:
            for line in file["lines"]:
                lines[file["file"]][line["line_number"]] += line["count"]
                for i, branch in enumerate(line["branches"]):
                    branches[file["file"]][line["line_number"], i] += branch["count"]
    return lines, branches


def main(folder: Path) -> int:
    lines, branches = counts_of(folder)
    missed, n_lines, n_branches, n_taken = [], 0, 0, 0
    for name in sorted(lines):
        if not name.startswith("csrc/") or "/kernels/" in name:
            continue
        text = (ROOT / name).read_text().splitlines()
        counted = {n: count for n, count in lines[name].items() if EXCUSE not in text[n - 1]}
        taken = {at: count for at, count in branches[name].items() if at[0] in counted}
        bare = {n for n, count in counted.items() if not count}
        dark = Counter(n for (n, _), count in taken.items() if not count)
        n_lines += len(counted)
        n_branches += len(taken)
        n_taken += len(taken) - dark.total()
        share = 1 - dark.total() / max(1, len(taken))
        n_reached = len(counted) - len(bare)
        print(f"{name:24} {n_reached:4} of {len(counted):4} lines, {share:6.1%} of {len(taken):4} branches")
        for n in sorted(bare | set(dark)):
            missed.append(f"{name}:{n}: {'line' if n in bare else f'{dark[n]} branches'}: {text[n - 1].strip()}")
    print(*missed, sep="\n")
    bare_lines = sum(": line: " in line for line in missed)
    print(f"{n_lines - bare_lines} of {n_lines} lines, {n_taken / n_branches:.2%} of {n_branches} branches")
    return int(bare_lines > 0 or n_taken < LEAST_BRANCHES * n_branches)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
