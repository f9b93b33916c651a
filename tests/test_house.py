"""The rules of docs/architecture.md, read off the sources."""

from __future__ import annotations

import ast
import importlib
import inspect
import platform
import re
import runpy
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from fastspec import pcm
from fastspec._engine import memory as _memory
from fastspec._engine import spec as _spec
from fastspec._engine import threads as _threads
from fastspec.core.pitch import _pyin

LONGEST_C_FILE, LONGEST_C_FUNCTION, LONGEST_KERNEL = 500, 60, 40
LONGEST_PYX, LONGEST_MODULE = 400, 600
WHERE = "fastspec"
MODULES = (
    *("beat", "core", "decompose", "display", "effects", "feature", "feature.inverse", "feature.rhythm", "filters"),
    *("onset", "pcm", "pooling", "segment", "sequence", "util", "util.decorators", "util.deprecation", "version"),
)
MOST_ARGUMENTS = 8
# What a kernel may include: the vector vocabulary, the list of kernels, the compiler's types and intrinsics.
KERNEL_INCLUDES = re.compile(r"stddef\.h|stdint\.h|\w*intrin\.h|arm_neon\.h|vec(_\w+)?\.h|kernels\.h|\w+\.inc\.h")
STAGE_INCLUDES = {"fastspec.h", "internal.h", "kernels.h", "kernels/kernels.h"}


def sources(root, pattern: str):
    found = sorted(root.glob(pattern))
    assert found, f"no {pattern} in {root}"
    return found


def includes(path) -> list[str]:
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)', path.read_text(), re.MULTILINE)


def imports(path, root) -> set[str]:
    """Modules that a file imports, at any level, in full."""
    package = path.relative_to(root).with_suffix("").parts[:-1]
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            home = ".".join([*base, *((node.module or "").split(".") if node.module else [])])
            names |= {home} | {f"{home}.{alias.name}" for alias in node.names}
    return names


def imports_at_import(path) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that importing the file runs: not those in functions and `if TYPE_CHECKING`."""

    def visit(nodes):
        for node in nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                yield node
            elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
                yield from visit(node.orelse)
            elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield from visit(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt))

    yield from visit(ast.parse(path.read_text()).body)


def at_import(path) -> set[str]:
    """All words of the names of modules that importing the file loads."""
    found = set()
    for node in imports_at_import(path):
        names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
        found.update(word for name in names for word in name.split("."))
    return found


# Python


def test_the_engine_has_one_door_and_few_users(root):
    paths = sources(root, f"{WHERE}/**/*.py")
    assert {p.name for p in paths if f"{WHERE}._engine._c" in imports(p, root)} == {"install.py"}
    users = {p.name for p in paths if f"{WHERE}._engine.install.engine" in imports(p, root)}
    engine = {path.name for path in sources(root, f"{WHERE}/_engine/*.py")}
    assert users <= engine, "only `_engine` talks to C"


def test_what_is_kept_between_calls_is_bounded_in_bytes(root):
    """All caches are `kept.kept`, but for those of names and single values (which functions of no arguments are)."""
    for path in sources(root, f"{WHERE}/**/*.py"):
        small = ("kept.py", "notation.py", "intervals.py", "_lazy.py", "mpeg.py", "complaints.py")
        if path.name not in small:
            decorated = re.findall(r"@(?:functools\.)?(?:lru_)?cache\b.*\n(def \w+\(.*)", path.read_text())
            found = [line for line in decorated if not re.match(r"def (_(lowest|quota)\(|\w+\(\))", line)]
            assert not found, path


def test_engine_imports_nothing(root):
    parts = [*sources(root, f"{WHERE}/_engine/*.pyx"), *sources(root, f"{WHERE}/_engine/*.pxi")]
    lines = [
        line for part in parts for line in re.findall(r"^(?:from|import|cimport)\b.*", part.read_text(), re.MULTILINE)
    ]
    assert all("cimport" in line for line in lines)
    assert not any("numpy" in line for line in lines)


# The floors of the house, from the ground up; rooms named together stand side by side.
FLOORS = (
    ("_lazy",),
    ("_gate",),
    ("_engine",),
    ("util", "pcm"),
    ("core.convert", "core.notation", "core.intervals"),  # units and names of numbers, nothing of signals
    ("_front",),
    ("_recipes", "_soundfiles", "_stream", "filters"),
    ("_sequences", "core"),
    ("_cache", "_moments", "decompose", "feature", "pooling", "segment", "sequence", "version"),
    ("_scaler", "_spec_augment"),
    ("normalize",),
    ("effects", "onset"),
    ("beat",),
    ("_picture", "dataset", "display"),
    ("cli", "compat"),
    ("__main__",),
)


def modules_of(root) -> dict[str, Path]:
    """All modules by their names without the package's; a package's is that of its `__init__`."""
    found = {}
    for path in sources(root, f"{WHERE}/**/*.py"):
        parts = path.relative_to(root / WHERE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def loaded_by(name: str, modules: dict[str, Path]) -> set[str]:
    """Modules whose code runs before or while `name`'s does: those that it imports, and the packages that these lie in;
    not its own packages, which have begun by then."""
    path, parts = modules[name], name.split(".") if name else []
    package = parts if path.name == "__init__.py" else parts[:-1]
    found = set()
    for node in imports_at_import(path):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1] + (node.module.split(".") if node.module else [])
            for alias in node.names:
                target = ".".join([*base, alias.name]) if ".".join([*base, alias.name]) in modules else ".".join(base)
                found |= {".".join(target.split(".")[:i]) for i in range(1, target.count(".") + 2)}
    return found - {".".join(parts[:i]) for i in range(len(parts) + 1)}


def floor_of(name: str) -> int | None:
    rooms = {room: floor for floor, together in enumerate(FLOORS) for room in together}
    return next((rooms[room] for room in (".".join(name.split(".")[:2]), name.split(".")[0]) if room in rooms), None)


def test_no_module_imports_in_a_circle(root):
    modules = modules_of(root)
    graph = {name: loaded_by(name, modules) for name in modules}
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]):
        assert name not in way, f"a circle: {' -> '.join((*way[way.index(name) :], name))}"
        if name not in done:
            for other in sorted(graph[name]):
                visit(other, (*way, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


def test_rooms_import_downwards_only(root):
    """A room that is not in `FLOORS` has no floor yet: give it one."""
    modules = modules_of(root)
    for name in filter(None, modules):
        assert floor_of(name) is not None, name
        for other in loaded_by(name, modules):
            same_room = other.split(".")[0] == name.split(".")[0]
            if other != "core":  # which itself loads nothing
                assert floor_of(other) < floor_of(name) + same_room, f"{name} imports {other}"
    for name, path in modules.items():
        used = {module.removeprefix(f"{WHERE}.").split(".")[0] for module in imports(path, root)}
        assert name.startswith("compat") or "compat" not in used, f"{name} imports compat"


def test_plans_of_frames_are_run_in_one_room(root):
    plans = f"{WHERE}._engine.plans"
    users = {p.parent.name for p in sources(root, f"{WHERE}/**/*.py") if plans in imports(p, root)}
    assert users <= {"_front", "_engine"}, "what goes from samples to features goes by `_front/walk.py`"


def test_imports_stand_at_the_beginning(root):
    for path in sources(root, f"{WHERE}/**/*.py"):
        assert "E402" not in path.read_text(), path


def test_nothing_heavy_is_imported_at_import(root):
    heavy = {"scipy", "soundfile", "soxr", "matplotlib", "tqdm"}
    modules = sources(root, f"{WHERE}/**/*.py")
    # The rooms of pictures, whose names are looked up one by one; nothing else imports them at import.
    pictures = [path for path in modules if path.parent.name == "display" and path.name != "__init__.py"]
    others = [path for path in modules if path not in pictures]
    loading = {path.name for path in others if at_import(path) & heavy}
    # The one about sound files, which functions import when they meet one; a subclass of scipy's, looked up by name.
    assert loading <= {"sound.py", "_short_time_fft.py"}
    jobs = [path for path in modules if "dataset" in path.parts and path.name != "__init__.py"]  # loaded likewise
    assert not any("sound" in at_import(path) for path in modules if path not in jobs)
    assert not any("display" in at_import(path) for path in others)
    assert not any(at_import(path) & (heavy - {"matplotlib"}) for path in pictures)


def test_no_other_library_is_imported_anywhere(root):
    for path in sources(root, f"{WHERE}/**/*.py"):
        tops = {name.split(".")[0] for name in imports(path, root)}
        # decompose() asks for scikit-learn's NMF unless it is given another transformer.
        allowed = {"sklearn"} if path.name == "decompose.py" else set()
        assert not tops & ({"librosa", "torch", "torchaudio", "numba", "sklearn"} - allowed), path


def test_modules_are_of_readable_length(root):
    for path in sources(root, f"{WHERE}/**/*.py"):
        assert len(path.read_text().splitlines()) <= LONGEST_MODULE, path
    for path in [*sources(root, f"{WHERE}/_engine/*.pyx"), *sources(root, f"{WHERE}/_engine/*.pxi")]:
        assert len(path.read_text().splitlines()) <= LONGEST_PYX, path


def enumerators(text: str, name: str) -> list[str]:
    return re.search(r"typedef enum \{\s*([^}]*?)\s*\} " + name + ";", text).group(1).replace(",", " ").split()


def test_numbers_that_both_sides_know_agree(root):
    """Python's copies of the engine's enumerations and limits."""
    public = (root / "csrc" / "fastspec.h").read_text()
    summaries = enumerators(public, "fsp_summary_kind")
    assert [f"FSP_PAD_{p.name}" for p in _spec.Padding] == enumerators(public, "fsp_padding")
    assert [f"FSP_{s.name}" for s in _spec.Spectrum] == enumerators(public, "fsp_spectrum")
    assert all(summaries[kind].endswith(kind.name) for kind in _spec.SummaryKind)
    assert len(summaries) == len(_spec.SummaryKind) + 1
    codes = enumerators(public, "fsp_pcm")
    encoded = (
        pcm._ENCODINGS["int24"][np.dtype("i4")],
        *pcm._ENCODINGS["ulaw"].values(),
        *pcm._ENCODINGS["alaw"].values(),
    )
    assert [codes[code] for code in encoded] == ["FSP_S24_IN_32", "FSP_MU_LAW", "FSP_A_LAW"]
    for file, name, value in [
        ("threads.c", "MOST_THREADS", _threads.MOST_THREADS),
        ("fastspec.h", "FSP_MOST_KEPT", _memory.MOST_BYTES >> 20),
        ("sequences.h", "FSP_BAND_STEP", _pyin.BAND_STEP),
    ]:
        text = (root / "csrc" / file).read_text()
        assert re.search(rf"\b{name} (?:= )?(\d+)", text).group(1) == str(value)


def test_stubs_name_what_exists_one_a_line_and_sorted(root):
    for path in sources(root, f"{WHERE}/**/__init__.pyi"):
        lines = [line for line in path.read_text().splitlines() if line.startswith("from ")]
        assert all(re.fullmatch(r"from (\S+) import (\w+) as \2", line) for line in lines), path
        assert len(set(lines)) == len(lines), path
        assert lines == sorted(lines, key=lambda line: (line.split()[1] != ".", line.split()[1], line.split()[3])), path


def public_functions() -> dict[str, Callable]:
    """All functions that packages and modules export, once each, and the methods of the classes among them."""
    found = {}
    for name in ("", *(f".{module}" for module in MODULES)):
        module = importlib.import_module(WHERE + name)
        for exported in module.__all__:
            thing = getattr(module, exported)
            if isinstance(thing, type):
                methods = [m for m in vars(thing).values() if inspect.isfunction(m) and not m.__name__.startswith("_")]
                found |= {method.__qualname__: method for method in methods}
            elif inspect.isfunction(thing):
                found[f"{thing.__module__}.{thing.__qualname__}"] = thing
    return found


@pytest.mark.parametrize("function", public_functions().values(), ids=public_functions())
def test_public_functions_say_what_they_do(function):
    text, signature = inspect.getdoc(function) or "", inspect.signature(function)
    names = [name for name in signature.parameters if name != "self"]
    is_method = "." in function.__qualname__  # the example is that of the class
    wanted = {
        "Parameters": names,
        "(Returns|Yields)": signature.return_annotation not in (None, "None"),
        "Examples": not is_method,
    }
    for section, is_wanted in wanted.items():
        assert not is_wanted or re.search(rf"^{section}\n---", text, re.MULTILINE), section
    assert all(re.search(rf"\b{name}\b", text) for name in names)


# C


def test_core_knows_nothing_of_python(root):
    for path in sources(root, "csrc/**/*.[ch]"):
        assert not any("Python.h" in name or "numpy" in name for name in includes(path)), path


def test_kernels_include_the_vector_vocabulary_only(root):
    for path in sources(root, "csrc/kernels/*.h"):
        assert all(KERNEL_INCLUDES.fullmatch(name) for name in includes(path)), (path, includes(path))


def test_kernels_call_no_library(root):
    calls = re.compile(
        r"\b(malloc|calloc|free|memcpy|memset|pthread_\w+|sqrtf?|logf?|log10f?|log2f?|expf?|printf|fmaf?)\s*\("
    )
    for path in sources(root, "csrc/kernels/*.inc.h"):
        assert not calls.findall(without_comments(path.read_text())), path


def test_stages_include_the_contract_and_the_private_header(root):
    for path in sources(root, "csrc/*.c"):
        ours = {name for name in includes(path) if (root / "csrc" / name).exists() or "kernels" in name}
        assert ours <= STAGE_INCLUDES, path


def test_stubs_of_instruction_sets_are_stubs(root):
    names = {path.stem for path in sources(root, "csrc/isa/*.c")}
    assert names == {f"{isa}_{kind}" for isa in ("scalar", "sse2", "avx2", "avx512", "neon") for kind in ("f32", "f64")}
    for path in sources(root, "csrc/isa/*.c"):
        assert len(path.read_text().splitlines()) <= 8, path


@pytest.mark.skipif(not shutil.which("cc") or platform.machine() != "x86_64", reason="no compiler, or not x86-64")
@pytest.mark.parametrize("isa", ["avx2", "avx512"])
def test_stubs_of_instruction_sets_refuse_to_compile_without_their_flags(root, isa):
    """The compiler would otherwise say so of each intrinsic, or make slow code of the rest."""
    command = ["cc", "-std=c11", "-fsyntax-only", f"csrc/isa/{isa}_f32.c"]
    refused = subprocess.run([*command, "-mno-avx"], cwd=root, capture_output=True, text=True)
    assert refused.returncode
    assert re.search(r"error: .*compile with -mavx", refused.stderr)


def test_public_names_have_the_prefix(root):
    text = without_comments("".join((root / "csrc" / name).read_text() for name in ("fastspec.h", "sequences.h")))
    functions = re.findall(r"\b(\w+)\s*\([^)]*\)\s*;", text)
    assert functions
    assert all(name.startswith("fsp_") for name in functions)
    macros = re.findall(r"^\s*#\s*define\s+(\w+)", text, re.MULTILINE)
    assert all(name.startswith("FSP_") or name.endswith("_H") for name in macros)


def test_every_public_function_is_fuzzed(root):
    """A new one is noticed here until a fuzz target calls it."""
    contract = without_comments("".join((root / "csrc" / name).read_text() for name in ("fastspec.h", "sequences.h")))
    functions = set(re.findall(r"\b(fsp_\w+)\s*\([^)]*\)\s*;", contract)) - {"fsp_question"}  # a type
    called = without_comments("".join(path.read_text() for path in sources(root, "tests/fuzz/*.[ch]")))
    assert len(functions) > 60
    assert not functions - set(re.findall(r"\b(fsp_\w+)\s*\(", called))


def without_comments(text: str) -> str:
    """Comments blanked, line numbers kept."""
    return re.sub(r"/\*.*?\*/|//[^\n]*", lambda m: "\n" * m[0].count("\n"), text, flags=re.DOTALL)


def functions_of(path):
    """(name, number of lines) of the functions of a C file: their braces stand at the start of a line."""
    lines = without_comments(path.read_text()).splitlines()
    start = None
    for i, line in enumerate(lines):
        if line.startswith("{"):
            start = i
        elif line.startswith("}") and start is not None:
            heading = " ".join(lines[max(0, start - 3) : start])
            name = re.findall(r"(\w+)\s*\([^()]*(?:\([^()]*\)[^()]*)*\)\s*$", heading.rstrip())
            yield (name[-1] if name else f"line {start}"), i - start + 1
            start = None


def parameters_of(text: str):
    """(name, number of parameters) of what C declares, defines or lists: parentheses whose parts begin with a type."""
    types = r"(const |unsigned |struct )*[A-Za-z_]\w*\b"
    for match in re.finditer(r"\b(\w+)(?:\)|, )?(?=\(((?:[^(){};\"]|\([^(){};]*\))*)\))", text):
        parts = re.sub(r"\([^()]*\)", "", match[2]).split(",")
        if all(re.match(rf"\s*{types}[\s*]+(const |restrict )*\w+(\[\w*\])*\s*$", part) for part in parts):
            yield match[1], len(parts)


def test_a_call_of_many_arguments_takes_a_struct(root):
    found = {}
    for path in [*sources(root, "csrc/**/*.[ch]"), *sources(root, "tests/c/*.[ch]")]:
        text = without_comments(path.read_text()).replace("\\\n", "\n")
        found |= {(path.name, name): n for name, n in parameters_of(text)}
    assert found["fastspec.h", "fsp_predict"] == MOST_ARGUMENTS  # the kind of line that is looked for
    assert found["kernels.h", "turn"] == MOST_ARGUMENTS
    assert not {name: n for name, n in found.items() if n > MOST_ARGUMENTS}


def test_c_files_and_functions_are_of_readable_length(root):
    for path in sources(root, "csrc/**/*.[ch]"):
        assert len(path.read_text().splitlines()) <= LONGEST_C_FILE, path
    for path in sources(root, "csrc/*.[ch]"):
        for name, length in functions_of(path):
            assert length <= LONGEST_C_FUNCTION, (path.name, name, length)


def test_kernels_are_of_readable_length(root):
    for path in sources(root, "csrc/kernels/*.h"):
        for name, length in functions_of(path):
            if "fft" not in path.name:  # butterflies are as long as their radix
                assert length <= LONGEST_KERNEL, (path.name, name, length)


def test_arithmetic_is_what_is_written(root):
    text = (root / "setup.py").read_text()
    assert "-ffp-contract=off" in text
    for flag in ("-ffast-math", "-Ofast", "-march=native", "-funsafe-math", "-fassociative-math"):
        assert flag not in text
    for path in sources(root, "csrc/**/*.[ch]"):
        assert not re.search(r"#\s*pragma.*(fast-math|FP_CONTRACT\s+ON|Ofast)", path.read_text()), path


def test_fused_product_is_written_as_such(root):
    """No library's fma in kernels but the vocabulary's."""
    for path in sources(root, "csrc/kernels/*.inc.h"):
        assert not re.search(r"__builtin_fma|_mm\w*_fmadd|\bfmaf?\(", path.read_text()), path


# Both


def test_nothing_names_the_machine_it_was_made_on(root):
    patterns = (
        "fastspec/**/*.py",
        "fastspec/*.pyx",
        "csrc/**/*.[ch]",
        "tests/**/*.py",
        "docs/**/*.md",
        "*.md",
        "*.py",
        "*.toml",
    )
    paths = [path for pattern in patterns for path in root.glob(pattern)]
    places = re.compile("|".join(re.escape(f"/{name}/") + r"\w" for name in ("work", "opt", "tmp", "root", "home")))
    for path in paths:
        assert not places.search(path.read_text(encoding="utf-8")), path


def test_goldens_are_small_and_say_where_they_come_from(root):
    import numpy as np

    for path in sources(root, "tests/golden/*.npz"):
        assert path.stat().st_size <= 500_000, path
        with np.load(path) as stored:
            assert any("version" in name for name in stored.files), path


def test_every_golden_has_one_writer_and_every_writer_a_golden(root):
    """Each golden names the script that made it; no other script names that golden."""
    import numpy as np

    goldens = {}
    for path in sources(root, "tests/golden/*.npz"):
        with np.load(path) as stored:
            goldens[path.stem] = str(stored["writer"])
    writers = {path.name: path.read_text() for path in sources(root, "tests/golden/*.py")}
    assert set(goldens.values()) == set(writers)
    for golden, writer in goldens.items():
        assert [name for name, text in writers.items() if f'"{golden}"' in text] == [writer], golden


def test_what_tests_share_is_in_one_place(root):
    """Beside the tests themselves lie only pytest's conftest.py and the script that looks at wheels."""
    beside = {path.name for path in (root / "tests").glob("*.py") if not path.name.startswith("test_")}
    assert beside == {"conftest.py", "check_wheel.py"}
    names = "|".join(path.stem for path in sources(root, "tests/support/*.py") if path.stem != "__init__")
    old_path = re.compile(rf"^\s*(?:import|from)\s+(?:golden\.)?(?:{names}|golden|test_\w+)\b", re.M)
    for path in sources(root, "tests/*.py") + sources(root, "tests/golden/*.py"):
        assert not old_path.search(path.read_text()), f"{path.name}: helpers are imported from `support`"


def test_every_planted_fault_finds_its_line_and_its_tests(root):
    for fault in runpy.run_path(str(root / "tools" / "plant_faults.py"))["FAULTS"]:
        assert (root / fault.path).read_text().count(fault.old) == 1, fault.name
        assert all((root / "tests" / name).is_file() for name in fault.tests.split()), fault.name
