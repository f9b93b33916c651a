"""Jobs and what may befall them: kills, Ctrl-C, full disks, folders and files that go. Nothing is lost, nothing mixed.

Whatever happens, the store is there whole or not at all, and the same call again makes the bytes of a run that nobody
disturbed.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from support.interrupted import first_steps, interrupted
from support.recordings import MEL, SR, fingerprint, noise, recordings_in

import fastspec
from fastspec import cli, dataset
from fastspec._soundfiles import whole_file, writing
from fastspec._soundfiles.whole_file import OutputError
from fastspec.dataset import Job, _parts, _run, extract, items_of

h5py = pytest.importorskip("h5py")
pytest.importorskip("pyarrow")
if os.name == "nt":
    pytest.skip("signals, forks and mounts of POSIX", allow_module_level=True)

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # beside other tests' threads

STORES = {"hdf5": "set.h5", "npy": "set", "tar": "set.tars", "parquet": "set.parquet"}
FORK = multiprocessing.get_context("fork")


class Run:
    """A job whose right result is known, and an output for it that is disturbed."""

    def __init__(self, folder: Path, store: str) -> None:
        self.sources, self.store = recordings_in(folder), store
        self.job = Job(features={"mel": MEL, "mfcc": {"kind": "mfcc"}}, pool="mean" if store == "parquet" else None)
        self.out = folder / "out" / STORES[store]
        expected = folder / "expected" / STORES[store]
        self.out.parent.mkdir()
        expected.parent.mkdir()
        extract([self.sources], expected, self.job, store=store, workers=2)
        self.wanted = fingerprint(expected)

    @property
    def parts(self) -> Path:
        return Path(f"{self.out}.parts")

    def run(self, **options):
        return extract([self.sources], self.out, self.job, **{"store": self.store, "workers": 2, **options})

    def check(self, *others: str) -> None:
        """What is there is whole: the store if it is there, or what it was before, and every part."""
        if self.out.exists():
            assert fingerprint(self.out) in (self.wanted, *others)
        for part in self.parts.glob("*.zip"):
            with zipfile.ZipFile(part) as archive:
                assert archive.testzip() is None

    def check_done(self) -> None:
        assert fingerprint(self.out) == self.wanted
        assert os.listdir(self.out.parent) == [self.out.name]

    def remove(self) -> None:
        shutil.rmtree(self.out.parent)
        self.out.parent.mkdir()


@pytest.fixture(params=STORES)
def run(request, tmp_path):
    return Run(tmp_path, request.param)


@pytest.fixture
def plain(tmp_path):
    return Run(tmp_path, "npy")


# Kills


def started(run: Run, **options):
    process = FORK.Process(target=run.run, kwargs=options)
    process.start()
    return process


def with_a_failure(run: Run) -> tuple[Path, str]:
    """The output of a run that a recording failed in, which is whole again now, and the bytes of its store."""
    broken = run.sources / "cats" / "05.flac"
    content, stamp = broken.read_bytes(), broken.stat()
    broken.write_bytes(bytes(len(content)))
    os.utime(broken, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert len(run.run().failures) == 1
    broken.write_bytes(content)
    os.utime(broken, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    kept = run.out.parent.with_name("with-a-failure")
    run.out.parent.rename(kept)
    run.out.parent.mkdir()
    return kept, fingerprint(kept / run.out.name)


def kill_often(run: Run, kills: int, seed: int) -> None:
    """Killed at random moments of all its length, started again until it is done, and that anew: every other time
    where an earlier store has to be replaced."""
    kept, before = with_a_failure(run)
    lengths = []
    for _ in range(2):  # the disk may be busy with something else
        begin = time.monotonic()
        started(run, fresh=True).join()
        lengths.append(time.monotonic() - begin)
        run.check_done()
    length = min(lengths)
    rng = np.random.default_rng(seed)
    landed = whole = 0
    while landed < kills:
        process = started(run)
        time.sleep(rng.uniform(0, length))
        process.kill()
        process.join()
        if process.exitcode == -signal.SIGKILL:
            landed += 1
        else:
            length *= 0.9  # or, if the disk was busy for both, most would come too late
        run.check(before)
        if process.exitcode == 0 or rng.random() < 0.2:
            run.run()
            run.check_done()
            whole += 1
            run.remove()
            if whole % 2:
                shutil.copytree(kept, run.out.parent, dirs_exist_ok=True)
    run.run()
    run.check_done()
    assert whole


def test_kills_lose_nothing(run):
    kill_often(run, 4, 0)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 6))
def test_a_thousand_kills_lose_nothing(run, seed):
    kill_often(run, 50, seed)


def test_a_kill_before_the_new_store_has_its_place(run, monkeypatch):
    """All parts are done then, and the store is still the old one: it is not taken for the new one."""
    kept, before = with_a_failure(run)
    shutil.copytree(kept, run.out.parent, dirs_exist_ok=True)

    def kill(*_):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(_run, "_publish", kill)
        with pytest.raises(SystemExit):
            run.run()
    assert fingerprint(run.out) == before
    run.run()
    run.check_done()


@pytest.mark.parametrize("fails", ["aside", "built"])
def test_a_store_that_steps_aside_comes_back(run, monkeypatch, fails):
    kept, before = with_a_failure(run)
    shutil.copytree(kept, run.out.parent, dirs_exist_ok=True)
    replace = os.replace

    def fail(source, target):
        if os.path.basename(source) == fails or (fails == "aside" and source == str(run.out)):
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        if fails == "built" or run.out.is_dir():
            with pytest.raises(OutputError, match="cannot be written: Permission denied"):
                run.run()
            assert fingerprint(run.out) == before
    run.run()
    run.check_done()


def test_what_a_kill_left_aside_is_in_nobodys_way(plain):
    kept, _ = with_a_failure(plain)
    shutil.copytree(kept, plain.out.parent, dirs_exist_ok=True)
    shutil.copytree(plain.out, plain.parts / "replaced")
    shutil.copytree(plain.out, plain.parts / "built")
    plain.run()
    plain.check_done()


def test_fresh_keeps_the_old_store_until_the_new_one_is_whole(run):
    run.run()
    old = fingerprint(run.out)
    other = Job(features={"mel": MEL.replace(n_mels=20)}, pool=run.job.pool)

    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        extract([run.sources], run.out, other, store=run.store, fresh=True, progress=stop)
    assert fingerprint(run.out) == old
    extract([run.sources], run.out, other, store=run.store)  # goes on, and replaces it
    assert len(dataset.open(run.out)["cats/01.flac"][0]) == 20
    assert os.listdir(run.out.parent) == [run.out.name]


def test_a_store_of_another_kind_is_replaced(run, tmp_path):
    run.out.mkdir() if run.out.suffix in (".h5", ".parquet") else run.out.write_text("old")
    run.run(fresh=True)
    run.check_done()


def test_parts_of_another_plan_are_no_parts(plain):
    """A kill may leave them without their plan."""
    extract([plain.sources], plain.out, Job(features={"mel": MEL.replace(fmin=100.0), "mfcc": {"kind": "mfcc"}}))
    plain.remove()
    leave_parts(plain, Job(features={"mel": MEL.replace(fmin=100.0), "mfcc": {"kind": "mfcc"}}))
    (plain.parts / "plan.json").unlink()
    assert plain.run().resumed == 0
    plain.check_done()


def test_a_part_whose_bytes_went_wrong_is_made_again(run):
    run.run()
    run.remove()
    leave_parts(run, run.job)
    part = sorted(run.parts.glob("*.zip"))[0]
    content = bytearray(part.read_bytes())
    content[200:210] = bytes(10)
    part.write_bytes(content)
    with pytest.raises(OutputError, match="run it again"):
        run.run()
    run.run()
    run.check_done()


def test_what_is_left_of_a_part_goes(tmp_path):
    """Whether its bytes are wrong, or its end is not there; a whole one stays."""
    whole, wrong, cut = (tmp_path / name for name in ("whole.zip", "wrong.zip", "cut.zip"))
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("a", bytes(1000))
    content = whole.read_bytes()
    wrong.write_bytes(content[:100] + b"x" + content[101:])
    cut.write_bytes(content[:500])
    _run._remove_damaged(list(map(str, (whole, wrong, cut))))
    assert os.listdir(tmp_path) == [whole.name]


def test_no_memory_is_no_broken_part(plain, monkeypatch):
    leave_parts(plain, plain.job)

    def fail(*_):
        raise MemoryError

    monkeypatch.setattr(_parts, "Part", fail)
    with pytest.raises(MemoryError):
        _parts.done_before("x.zip", "a plan")


def leave_parts(run: Run, job: Job) -> None:
    def stop(done, n_done, total):
        if n_done > 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        extract([run.sources], run.out, job, store=run.store, workers=1, progress=stop)
    assert list(run.parts.glob("*.zip"))


def test_workers_that_outlive_a_run_do_not_hold_its_lock(plain):
    broken = plain.sources / "cats" / "05.flac"
    broken.write_bytes(bytes(9))
    with ProcessPoolExecutor(2, FORK) as pool:  # its workers are forked when there is something to do
        for _ in range(2):
            assert len(plain.run(executor=pool).failures) == 1


# Ctrl-C


class AtOnce(Executor):
    """In the thread that asks, where Ctrl-C is heard."""

    def submit(self, function, /, *args, **kwargs):
        future = Future()
        future.set_result(function(*args, **kwargs))
        return future


def interrupt_at_all_lines(call, modules, check, request, sample: int) -> None:
    """At each line that a run comes to for the first time, of `sample` of them in the short suite."""
    if sys.gettrace() is not None:
        pytest.skip("coverage or a debugger traces")
    files = {module.__file__ for module in modules}

    def anew() -> None:
        whole_file._next_look.clear()  # how often it looks for leavings depends on time
        call()

    anew()  # what is imported at the first call is there now
    check(done=True)
    steps = first_steps(anew, files)
    check(done=True)
    assert len(steps) > 40
    if "long" not in request.node.keywords:
        steps = sorted(np.random.default_rng(0).choice(steps, min(sample, len(steps)), replace=False).tolist())
    missed = 0
    for step in steps:
        missed += not interrupted(anew, files, step)
        check(done=False)
        call()
        check(done=True)
    assert missed <= len(steps) // 10


def hidden(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.part") if path.is_file()]


def modules_of(package: str) -> list:
    return [module for name, module in sys.modules.items() if name.startswith(package) and module is not None]


@pytest.fixture(params=["some lines", pytest.param("all lines", marks=pytest.mark.long)])
def which_lines(request):
    """For interrupt_at_all_lines, which reads the mark."""


def many(function):
    unclosed = ("ignore:unclosed:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
    return pytest.mark.filterwarnings(*unclosed)(pytest.mark.usefixtures("which_lines")(function))


@many
def test_ctrl_c_at_any_line_of_extract(run, request):
    run.run()
    items = items_of([run.sources])[:3]
    run.remove()

    def call():
        extract(items, run.out, run.job, store=run.store, executor=AtOnce())

    call()
    run.wanted = fingerprint(run.out)
    run.remove()

    def check(done: bool) -> None:
        run.check()
        assert hidden(run.out.parent) == []
        if done:
            run.check_done()
            run.remove()

    modules = [*modules_of("fastspec.dataset"), whole_file]
    interrupt_at_all_lines(call, modules, check, request, 8)


@many
def test_ctrl_c_at_any_line_of_write(tmp_path, request):
    path, old = tmp_path / "x.flac", noise(900)

    def check(done: bool) -> None:
        assert os.listdir(tmp_path) == [path.name]
        found, _ = fastspec.load(path, sr=None)
        assert len(found) == 2000 or (len(found) == 900 and not done)
        fastspec.write(path, old, SR)

    fastspec.write(path, old, SR)
    y = noise(2000)
    interrupt_at_all_lines(lambda: fastspec.write(path, y, SR), [writing, whole_file], check, request, 20)


@many
@pytest.mark.parametrize("suffix", ["npz", "npy"])
def test_ctrl_c_at_any_line_of_the_command_line(tmp_path, request, capsys, suffix):
    for i in range(2):
        fastspec.write(tmp_path / "in" / f"{i}.wav", noise(4000, i), SR)
    out = tmp_path / "out"
    command = ["mel", *(str(tmp_path / "in" / f"{i}.wav") for i in range(2)), "-o", f"{out}/", "--format", suffix]
    whole: dict[str, bytes] = {}

    def check(done: bool) -> None:
        found = {path.name: path.read_bytes() for path in out.iterdir()} if out.exists() else {}
        if not whole:
            whole.update(found)
            assert len(whole) == 2
        assert found == whole if done else found.items() <= whole.items()
        if done:
            shutil.rmtree(out)

    def call() -> None:
        assert cli.main(command) in (0, 130)

    interrupt_at_all_lines(call, [*modules_of("fastspec.cli._"), whole_file], check, request, 12)


def test_ctrl_c_is_answered_before_a_part_is_done(tmp_path):
    """A recording of hours, read by another thread in blocks of half a minute."""
    fastspec.write(tmp_path / "long.wav", np.broadcast_to(np.int16(9), 3600 * SR), SR)
    began = []

    def interrupt():
        time.sleep(0.3)
        began.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    killer = threading.Thread(target=interrupt)
    job = Job(features={"a": MEL.replace(n_fft=2048, hop_length=16, n_mels=128)})
    killer.start()
    with pytest.raises(KeyboardInterrupt):
        extract([tmp_path / "long.wav"], tmp_path / "out", job, workers=1)
    waited = time.monotonic() - began[0]
    killer.join()
    assert waited < 5
    assert hidden(tmp_path) == []
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("fastspec")] == []


# Disks


@contextlib.contextmanager
def mounted(place: Path, size: str):
    """A disk of its own, of some size."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    place.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield lambda options: subprocess.run(["mount", "-o", f"remount,{options}", str(place)], check=True)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.8])
def test_a_full_disk_keeps_what_is_done(run, share):
    """Full at the plan, at a part, and where the parts have room but not the store."""
    with pytest.raises(KeyboardInterrupt):
        run.run(progress=_stop_at_the_end)
    needed = 2 * sum(path.stat().st_size for path in run.parts.rglob("*"))
    run.remove()
    with mounted(run.out.parent, f"{max(int(needed * share), 4096)}") as remount:
        with pytest.raises(OutputError, match="cannot be written"):
            run.run()
        assert not run.out.exists()
        assert hidden(run.out.parent) == []
        done = len(list(run.parts.glob("*.zip")))
        remount("size=100m")
        assert run.run().resumed == done
        run.check_done()


def _stop_at_the_end(done, n_done, total):
    if n_done == total:
        raise KeyboardInterrupt


def test_a_disk_that_becomes_read_only(run):
    with mounted(run.out.parent, "100m") as remount:
        leave_parts(run, run.job)
        remount("ro")
        with pytest.raises(OutputError, match="cannot be written: Read-only file system"):
            run.run()
        remount("rw")
        assert run.run().resumed >= 4
        run.check_done()


def test_a_folder_that_becomes_read_only(run):
    process = FORK.Process(target=as_somebody, args=(run, in_a_folder_that_becomes_read_only))
    process.start()
    process.join()
    assert process.exitcode == 0


def as_somebody(run: Run, function) -> None:
    """Whom the modes of folders bind."""
    if os.geteuid() == 0:
        for folder in (run.out.parent, *run.out.parent.parents):
            if Path(tempfile.gettempdir()) in folder.parents:
                folder.chmod(0o777)
        os.setuid(65534)
    function(run)


def in_a_folder_that_becomes_read_only(run: Run) -> None:
    def close(done, n_done, total):
        if n_done == 4:
            run.parts.chmod(0o555)

    for progress in (close, None):
        with pytest.raises(OutputError, match="cannot be written: Permission denied"):
            run.run(progress=progress, workers=1)
        run.check()
    run.parts.chmod(0o755)
    assert run.run().resumed >= 4
    run.check_done()


@pytest.mark.parametrize("when", [1, 12])
@pytest.mark.parametrize("which", ["parts", "all"])
def test_folders_that_vanish_meanwhile(run, tmp_path, when, which):
    def vanish(done, n_done, total):
        if n_done == when:
            (run.parts if which == "parts" else run.out.parent).rename(tmp_path / "away")

    with contextlib.suppress(OutputError):  # as a rule: what was there is not there any more
        run.run(progress=vanish, workers=1)
    run.check()
    run.run()
    run.check_done()


# Recordings that change meanwhile


def test_recordings_that_go_or_are_cut_meanwhile_fail_alone(run):
    later = sorted(path for path in run.sources.rglob("*") if path.suffix in (".wav", ".flac"))[6:]
    whole = {path: (path.read_bytes(), path.stat()) for path in later}

    def damage(done, n_done, total):
        for i, path in enumerate(later if n_done == 1 else []):
            path.unlink() if i % 2 else os.truncate(path, 300)

    summary = run.run(progress=damage, workers=1)
    named = {name for name, _ in summary.failures}
    assert {str(path.relative_to(run.sources)) for path in later[2:]} <= named  # some parts are ahead
    assert summary.n_entries == 12 - len(named)
    assert len(dataset.open(run.out)) == 12 - len(named)
    for path, (content, stamp) in whole.items():
        path.write_bytes(content)
        os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert run.run().failures == ()
    run.check_done()


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: os.truncate(path, path.stat().st_size // 2)])
def test_hdf5_that_goes_or_is_cut_meanwhile_is_a_failure(plain, tmp_path, damage):
    """Its library's errors name no file, as those of a full disk."""
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        file.attrs["sr"] = SR
        for i in range(8):
            file.create_dataset(f"{i}", data=noise(50_000, i))
    again = tmp_path / "again.h5"
    shutil.copy2(tmp_path / "raw.h5", again)

    def after_one(done, n_done, total):
        if n_done == 1:
            damage(tmp_path / "raw.h5")

    sources = [tmp_path / "raw.h5", plain.sources]
    summary = extract(sources, plain.out, plain.job, workers=1, progress=after_one)
    assert 4 <= len(summary.failures) <= 7
    assert all("raw.h5" in words for _, words in summary.failures)
    assert summary.n_entries == 20 - len(summary.failures)
    shutil.copy2(again, tmp_path / "raw.h5")
    assert extract(sources, plain.out, plain.job).failures == ()


def test_an_output_that_is_a_link_keeps_being_one(run, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run.out.symlink_to(elsewhere / run.out.name)
    for _ in range(2):
        run.run()
        assert run.out.is_symlink()
        assert fingerprint(run.out.resolve()) == run.wanted
        assert os.listdir(elsewhere) == [run.out.name]
    run.run(fresh=True)
    assert run.out.is_symlink()
    run.check_done()


# Two writers


def write_or_refuse(run: Run) -> None:
    try:
        run.run()
    except OutputError as error:
        raise SystemExit(3 if "another run is writing to it" in str(error) else 4) from None


@pytest.mark.parametrize("times", [2, pytest.param(50, marks=pytest.mark.long)])
def test_several_writers(run, times):
    for _ in range(times):
        writers = [FORK.Process(target=write_or_refuse, args=(run,)) for _ in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        codes = [writer.exitcode for writer in writers]
        assert set(codes) <= {0, 3}
        assert 0 in codes
        run.check_done()
        run.remove()
