"""Changed bytes for every reader, many thousands of them: sound files, recipes, jobs, lists and stores.

    python tests/fuzz/readers.py N [SEED]

N inputs of each kind go to the tests of tests/test_random_calls.py, without the search for a small example that takes
most of their time there. Decoders write to stderr what they think: `2>/dev/null`. The first input that fails is
written to `reader-KIND.bin`. The last line says how many there were.
"""

import os
import random
import shutil
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import test_random_calls as tests

NUMBERS = [b"\x00", b"\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80"]
WORDS = [b"9" * 20, b"-1", b"null", b"1e999", b"[", b'"']


def changed(chance: random.Random, original: bytes) -> bytes:
    """Some bytes overwritten, cut out, put in, repeated, or the end cut off; half of the places are near the start."""
    content = bytearray(original)
    for _ in range(chance.randint(1, 5)):
        at = chance.randint(0, min(len(content), 64) if chance.random() < 0.5 else len(content))
        again = bytes(content[at : at + 40]) * 2
        new = chance.choice([chance.randbytes(chance.randint(0, 8)), chance.choice(NUMBERS + WORDS), again])
        content[at : at + chance.randint(0, 8)] = new
    return bytes(content if chance.random() < 0.7 else content[: chance.randint(0, len(content))])


def main(n: int, seed: int) -> int:
    chance = random.Random(seed)
    warnings.simplefilter("ignore")
    os.environ["PATH"] = ""  # ffmpeg would be asked about each file that is none, and takes most of the time
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        places = SimpleNamespace(getbasetemp=lambda: folder)
        (folder / "sets").mkdir()
        stores = tests.make_stores(folder / "sets")
        files = [p for store in ("npy", "tar") for p in (stores / store).rglob("*") if p.is_file()]

        def store(content: bytes, path: Path) -> None:
            copy = folder / "copy"
            shutil.rmtree(copy, ignore_errors=True)
            of = path.relative_to(stores).parts[0]
            shutil.copytree(stores / of, copy)
            (copy / path.relative_to(stores / of)).write_bytes(content)
            tests.read_store(copy)

        inner = lambda test: test.hypothesis.inner_test  # noqa: E731
        kinds = {
            "sound": (tests.SOUNDS, lambda c, _: inner(tests.test_changed_sound_files)(places, c)),
            "recipe": (tests.RECIPES, lambda c, _: inner(tests.test_changed_recipes)(c)),
            "job": (tests.JOBS, lambda c, _: inner(tests.test_changed_jobs)(c)),
            "list": (list(tests.LISTS), lambda c, kind: inner(tests.test_changed_manifests)(places, (kind, c))),
            "store": (files, store),
        }
        counts = dict.fromkeys(kinds, 0)
        for i in range(n * len(kinds)):
            kind = list(kinds)[i % len(kinds)]
            originals, read = kinds[kind]
            original = chance.choice(originals)
            if kind == "store":
                content = changed(chance, original.read_bytes())
            else:
                content = changed(chance, tests.LISTS[original] if kind == "list" else original)
            try:
                read(content, original)
            except Exception:
                traceback.print_exc(file=sys.stdout)
                Path(f"reader-{kind}.bin").write_bytes(content)
                print(f"it is in reader-{kind}.bin")
                return 1
            counts[kind] += 1
            if counts["store"] % 100 == 0 and kind == "store":
                print(f"{sum(counts.values())} inputs", flush=True)
        print(f"{sum(counts.values())} inputs:", ", ".join(f"{count} of {kind}" for kind, count in counts.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))
