"""Files written whole: what may have the name already, temporary names, and what a killed run leaves."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from support.interrupted import interrupted

import fastspec
from fastspec import AudioFileError
from fastspec._soundfiles import whole_file as _whole_file
from fastspec._soundfiles.whole_file import OutputError, whole_file

if os.name == "nt":
    pytest.skip("links, pipes and modes of POSIX", allow_module_level=True)

is_root = os.geteuid() == 0
OLD, NEW = b"as it was", b"new content"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _whole_file._next_look.clear()
    return tmp_path


def put(path, content: bytes = NEW) -> None:
    with whole_file(path) as file:
        file.write(content)


def put_and_fail(path, error: BaseException) -> None:
    with whole_file(path) as file:
        file.write(NEW)
        raise error


def left() -> set[str]:
    return set(os.listdir())


def mode_of(path) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def only_as(root: bool):
    return pytest.mark.skipif(is_root != root, reason="for root" if root else "root may do everything")


# What has the name already


def test_links_are_followed(folder):
    Path("real").write_bytes(OLD)
    os.mkdir("deep")
    os.symlink("../real", "deep/second")
    os.symlink("deep/second", "first")
    os.symlink(folder / "deep", "door")
    for path, content in (("first", b"1"), (folder / "deep" / "second", b"2"), ("door/second", b"3")):
        put(path, content)
        assert Path("real").read_bytes() == content
    assert os.path.islink("first")
    assert os.path.islink("deep/second")
    assert left() == {"real", "deep", "door", "first"}


def test_links_that_lead_nowhere(folder):
    os.symlink("not/there/x", "far")
    os.symlink("y", "near")
    os.symlink("circle", "circle")
    put("near")
    assert (os.path.islink("near"), Path("y").read_bytes()) == (True, NEW)
    with pytest.raises(OutputError, match=r"^far: cannot be written: No such file or directory$"):
        put("far")
    with pytest.raises(OutputError, match=r"^circle: cannot be written: Too many levels of symbolic links$"):
        put("circle")
    assert left() == {"far", "near", "y", "circle"}


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o755, 0o666])
def test_the_mode_stays(folder, mode):
    Path("x").write_bytes(OLD)
    os.chmod("x", mode)
    modes = set()
    with whole_file("x") as file:
        file.write(NEW)
        modes = {mode_of(name) for name in left() - {"x"}}
    assert (mode_of("x"), Path("x").read_bytes()) == (mode, NEW)
    assert modes == {mode}


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_new_files_have_the_usual_mode(folder, mask):
    before = os.umask(mask)
    try:
        put("x")
    finally:
        os.umask(before)
    assert mode_of("x") == 0o666 & ~mask


@only_as(root=True)
def test_the_owner_stays(folder):
    Path("x").write_bytes(OLD)
    os.chown("x", 1234, 4321)
    os.chmod("x", 0o640)
    put("x")
    found = os.stat("x")
    assert (found.st_uid, found.st_gid, mode_of("x")) == (1234, 4321, 0o640)


@only_as(root=True)
def test_files_of_others_are_written_over(folder):
    """Who may write to a file, but not give a new one its owner, leaves it its owner."""
    os.chmod(folder, 0o777)
    for parent in folder.parents:
        if Path(tempfile.gettempdir()) in parent.parents:
            os.chmod(parent, 0o755)
    Path("x").write_bytes(OLD)
    os.chmod("x", 0o666)
    inode = os.stat("x").st_ino
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.setgid(65534)
            os.setuid(65534)
            put("x")
            os._exit(0)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert (os.stat("x").st_ino, os.stat("x").st_uid, Path("x").read_bytes()) == (inode, 0, NEW)
    assert left() == {"x"}


def test_extended_attributes_stay(folder):
    Path("x").write_bytes(OLD)
    try:
        os.setxattr("x", "user.note", b"mine")
    except (AttributeError, OSError):
        pytest.skip("this file system has none")
    put("x")
    assert (os.getxattr("x", "user.note"), Path("x").read_bytes()) == (b"mine", NEW)


def test_hard_links_stay_one_file(folder):
    Path("x").write_bytes(OLD + bytes(1000))
    os.link("x", "y")
    put("x")
    assert os.path.samefile("x", "y")
    assert Path("y").read_bytes() == NEW
    assert left() == {"x", "y"}


def test_what_fails_leaves_hard_links_alone(folder, monkeypatch):
    Path("x").write_bytes(OLD)
    os.link("x", "y")

    def no_room(descriptor, begin, size):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", no_room)
    with pytest.raises(OutputError, match="No space left"):
        put("x", bytes(100))
    assert Path("y").read_bytes() == OLD


def test_pipes_are_written_to(folder):
    os.mkfifo("pipe")
    got = []
    reader = threading.Thread(target=lambda: got.append(Path("pipe").read_bytes()), daemon=True)
    reader.start()
    put("pipe", bytes(300_000))
    reader.join(20)
    assert got == [bytes(300_000)]
    assert stat.S_ISFIFO(os.lstat("pipe").st_mode)
    assert left() == {"pipe"}


def test_devices_are_written_to(folder):
    os.symlink("/dev/null", "link")
    for path in ("/dev/null", "link"):
        put(path)
        fastspec.write(path, np.zeros(9), 8000, format="WAV")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert os.path.islink("link")
    if os.path.exists("/dev/full"):
        with pytest.raises(OutputError, match=r"^/dev/full: cannot be written: No space left on device$"):
            put("/dev/full")
        with pytest.raises(AudioFileError, match="No space left"):
            fastspec.write("/dev/full", np.zeros(9), 8000, format="WAV")


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="no /proc")
def test_the_standard_stream_by_name(folder):
    program = (
        "import sys\nfrom fastspec._soundfiles.whole_file import whole_file\n"
        "with whole_file('/dev/stdout') as f: f.write(b'new')"
    )
    command = [sys.executable, "-c", program]
    assert subprocess.run(command, capture_output=True).stdout == b"new"
    with open("x", "wb") as out:
        inode = os.fstat(out.fileno()).st_ino
        subprocess.run(command, stdout=out, check=True)
        os.unlink("x")
        subprocess.run(command, stdout=out, check=True)  # a file without a name
    assert left() == set()
    with open("x", "wb") as out:
        subprocess.run(command, stdout=out, check=True)
        assert os.stat("x").st_ino == os.fstat(out.fileno()).st_ino
    assert inode
    assert Path("x").read_bytes() == b"new"


def test_folders_are_refused(folder):
    os.mkdir("x.wav")
    os.symlink("x.wav", "y.wav")
    for path in ("x.wav", "y.wav"):
        with pytest.raises(AudioFileError, match=f"^{path}: cannot be written: Is a directory$"):
            fastspec.write(path, np.zeros(9), 8000)
    assert left() == {"x.wav", "y.wav"}


@only_as(root=False)
def test_what_may_not_be_written_to_is_not_replaced(folder):
    Path("x").write_bytes(OLD)
    os.chmod("x", 0o444)
    with pytest.raises(OutputError, match=r"^x: cannot be written: Permission denied$"):
        put("x")
    assert Path("x").read_bytes() == OLD


def test_a_name_that_ends_as_a_folders_makes_none(folder):
    with pytest.raises(fastspec.AudioFileError, match="Is a directory"):
        fastspec.write(f"{folder}/new.wav/", np.zeros(8), 8000)
    assert not (folder / "new.wav").exists()


@only_as(root=False)
def test_a_folder_that_takes_no_new_files(folder):
    os.mkdir("closed")
    Path("closed/x").write_bytes(OLD)
    os.chmod("closed", 0o555)
    try:
        put("closed/x")
        with pytest.raises(OutputError, match=r"^closed/y: cannot be written: Permission denied$"):
            put("closed/y")
        assert os.listdir("closed") == ["x"]
        assert Path("closed/x").read_bytes() == NEW
    finally:
        os.chmod("closed", 0o755)


def test_a_name_that_cannot_be_taken(folder, monkeypatch):
    """A container's mount of a single file."""
    Path("x").write_bytes(OLD + bytes(100))

    def busy(source, target):
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(os, "replace", busy)
    put("x")
    assert (left(), Path("x").read_bytes()) == ({"x"}, NEW)


# Temporary names


@pytest.mark.parametrize("length", [240, 250, 255])
def test_long_names(folder, length):
    name = "x" * (length - 4) + ".wav"
    fastspec.write(name, np.zeros(9), 8000)
    fastspec.write("ä" * ((length - 4) // 2) + ".wav", np.zeros(9), 8000)
    assert name in left()
    assert len(left()) == 2
    with pytest.raises(AudioFileError, match="File name too long"):
        fastspec.write("x" + "x" * 252 + ".wav", np.zeros(9), 8000)
    assert len(left()) == 2


def test_each_writer_has_a_name_of_its_own(folder):
    seen: set[str] = set()
    with contextlib.ExitStack() as stack:
        for i in range(20):
            file = stack.enter_context(whole_file("x"))
            new = left() - seen
            assert len(new) == 1
            seen |= new
            file.write(b"%d" % i)
    assert Path("x").read_bytes() == b"0"  # the first one ended last
    assert all(name.startswith(".fastspec-") for name in seen)


def test_two_writers_of_one_name(folder):
    """Threads are as containers that are all process 1."""
    long, short, wrong = bytes(1_000_000), bytes(1000), []
    stop = threading.Event()
    put("x", short)

    def write(content):
        try:
            for _ in range(20):
                put("x", content)
        except OutputError as error:
            wrong.append(error)

    def read():
        while not stop.is_set():
            if Path("x").stat().st_size not in (len(long), len(short)):
                wrong.append("half a file")

    writers = [threading.Thread(target=write, args=(content,)) for content in (long, short, long, short)]
    reader = threading.Thread(target=read)
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    reader.join()
    assert wrong == []
    assert left() == {"x"}


# What a killed run leaves

KILLED = """
import os, signal, sys
from fastspec._soundfiles.whole_file import whole_file
with whole_file(sys.argv[1]) as file:
    file.write(b"half")
    file.flush()
    if sys.argv[2] == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    print("writing", flush=True)
    sys.stdin.read()
"""


def start(path, what: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", KILLED, path, what], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def needs_locks():
    return pytest.mark.skipif(_whole_file.fcntl is None, reason="no locks")


@needs_locks()
def test_leavings_of_the_dead_go_and_those_of_the_living_stay(folder):
    put("kept", OLD)
    dead = start("kept", "die")
    dead.communicate("")
    assert dead.returncode == -signal.SIGKILL
    assert Path("kept").read_bytes() == OLD
    assert len(left()) == 2
    living = start("other", "live")  # itself removes what the first one left
    assert living.stdout.readline() == "writing\n"
    partial = left() - {"kept"}
    put("y")
    assert left() == {"kept", "y"} | partial
    living.communicate("")
    assert living.returncode == 0
    assert left() == {"kept", "y", "other"}
    assert Path("other").read_bytes() == b"half"


def leaving(machine: str, age: float = 0) -> str:
    name = f".fastspec-{machine}-{os.urandom(8).hex()}.part"
    Path(name).write_bytes(b"half")
    then = time.time() - age
    os.utime(name, (then, then))
    return name


@needs_locks()
def test_files_of_other_machines_must_be_old(folder):
    away = f"{int(_whole_file._machine(), 16) ^ 1:08x}"
    young, old = leaving(away, 86400), leaving(away, 30 * 86400)
    leaving(_whole_file._machine())
    put("x")
    assert left() == {"x", young}
    assert old not in left()


@needs_locks()
def test_only_our_own_files_are_removed(folder):
    machine = _whole_file._machine()
    Path("precious").write_bytes(OLD)
    number = "0" * 15
    os.symlink("precious", f".fastspec-{machine}-{number}1.part")
    os.mkfifo(f".fastspec-{machine}-{number}2.part")
    os.mkdir(f".fastspec-{machine}-{number}3.part")
    for name in (".x.npz.123.part", ".fastspec-notes", f"fastspec-{machine}-{number}4.part"):
        Path(name).touch()
    before = left()
    put("x")
    assert left() == before | {"x"}
    assert Path("precious").read_bytes() == OLD


@needs_locks()
def test_a_writer_whose_file_was_taken_for_a_leaving_begins_anew(folder, monkeypatch):
    """Between the making of the file and its lock."""
    hold, times = _whole_file.hold, []

    def late(descriptor):
        times.append(descriptor)
        if len(times) == 1:
            for name in left():
                _whole_file._remove_if_left(os.path.abspath(name))
            assert left() == set()
        return hold(descriptor) if len(times) != 2 else False

    monkeypatch.setattr(_whole_file, "hold", late)
    put("x")
    assert len(times) == 3
    assert Path("x").read_bytes() == NEW


def test_big_folders_are_not_looked_through_each_time(folder, monkeypatch):
    looks = []

    def slow(folder, scandir=os.scandir):
        looks.append(folder)
        time.sleep(0.05)
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", slow)
    for i in range(30):
        put(f"{i}")
    assert len(looks) == (_whole_file.fcntl is not None)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), ValueError("x")])
def test_what_fails_leaves_nothing(folder, error):
    Path("x").write_bytes(OLD)
    Path("hard").write_bytes(OLD)
    os.link("hard", "link")
    for name in ("x", "y", "hard"):
        with pytest.raises(OutputError if isinstance(error, OSError) else type(error)):
            put_and_fail(name, error)
    assert left() == {"x", "hard", "link"}
    assert Path("x").read_bytes() == Path("hard").read_bytes() == OLD


@pytest.mark.skipif(sys.gettrace() is not None, reason="coverage or a debugger traces")
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_an_interrupt_at_any_line_leaves_nothing(folder):
    step = 0
    while interrupted(lambda: put("x"), {_whole_file.__file__}, step := step + 1):
        assert left() <= {"x"}, step
        assert not os.path.exists("x") or Path("x").read_bytes() == NEW
    assert step > 40


def test_results_are_on_the_disk_before_they_have_their_name(folder, monkeypatch):
    order = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: order.append(os.fstat(descriptor).st_size))
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda *names: (order.append("name"), replace(*names)))
    put("x")
    assert order == [len(NEW), "name"]


def test_file_systems_without_fsync_or_locks(folder, monkeypatch):
    def unknown(*arguments):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "fsync", unknown)
    if _whole_file.fcntl is not None:
        monkeypatch.setattr(_whole_file.fcntl, "flock", unknown)
    name = leaving(_whole_file._machine())
    put("x")
    assert left() == {"x", name}  # nobody knows whether that one's writer lives


@pytest.mark.parametrize("step", ["_new_partial", "_take_after"])
def test_what_cannot_be_replaced_is_written_over(folder, monkeypatch, step):
    """A folder that takes no new files, and a file of somebody else; root meets neither. The file stays the same."""

    def refused(*arguments):
        raise PermissionError(1, "Operation not permitted")

    Path("x").write_bytes(OLD)
    inode = os.stat("x").st_ino
    monkeypatch.setattr(_whole_file, step, refused)
    put("x")
    assert (left(), Path("x").read_bytes(), os.stat("x").st_ino) == ({"x"}, NEW, inode)
    if step == "_new_partial":
        with pytest.raises(OutputError, match=r"^y: cannot be written: Operation not permitted$"):
            put("y")


def test_a_circle_of_links_has_no_end(folder):
    os.symlink("circle", "circle")
    with pytest.raises(OSError, match="Too many levels of symbolic links"):
        _whole_file.follow_links("circle")


def test_a_disk_that_fails_leaves_the_old_file(folder, monkeypatch):
    def failing(descriptor):
        raise OSError(5, "Input/output error")

    Path("x").write_bytes(OLD)
    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OutputError, match=r"^x: cannot be written: Input/output error$"):
        put("x")
    assert (left(), Path("x").read_bytes()) == ({"x"}, OLD)


@needs_locks()
def test_a_lock_is_for_one(folder):
    with open("x", "wb") as one, open("x", "wb") as other:
        assert _whole_file.hold(one.fileno())
        assert not _whole_file.hold(other.fileno())


def test_without_locks_nothing_is_removed(folder, monkeypatch):
    """Windows has none, and nobody can tell whose writer lives."""
    monkeypatch.setattr(_whole_file, "fcntl", None)
    name = leaving(_whole_file._machine())
    put("x")
    assert (left(), Path("x").read_bytes()) == ({"x", name}, NEW)


@needs_locks()
def test_times_of_many_folders_are_not_kept(folder):
    _whole_file._next_look.update({(0, i): float("inf") for i in range(1001)})
    name = leaving(_whole_file._machine())
    put("x")
    assert left() == {"x"}, name
    assert len(_whole_file._next_look) == 1


def test_machines_without_an_identity_go_by_their_name(folder, monkeypatch):
    def missing(*arguments):
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(_whole_file, "open", missing, raising=False)
    name = os.uname().nodename.encode() if hasattr(os, "uname") else b""
    assert _whole_file._machine.__wrapped__() == f"{zlib.crc32(name):08x}"
