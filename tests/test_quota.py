"""CPUs by control groups, read off trees of files as containers show them."""

from __future__ import annotations

import pytest

from fastspec._engine.quota import cpu_quota

V2 = "31 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate"
V1 = "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct"
OTHERS = "\n".join(
    [
        "22 28 0:21 / /proc rw,nosuid shared:14 - proc proc rw",
        "34 31 0:31 / /sys/fs/cgroup/cpuset rw shared:2 master:3 - cgroup cgroup rw,cpuset",
        "35 31 0:32 / /sys/fs/cgroup/cpuacct rw - cgroup cgroup rw,cpuacct",
    ]
)
GROUP, CPU = "sys/fs/cgroup", "sys/fs/cgroup/cpu,cpuacct"


def v1(folder: str, quota, period="100000") -> dict[str, str]:
    return {f"{folder}/cpu.cfs_quota_us": f"{quota}\n", f"{folder}/cpu.cfs_period_us": f"{period}\n"}


def moved(mount: str, top: str, point: str | None = None) -> str:
    """A mount that shows the group `top`, maybe elsewhere."""
    words = mount.split(" ")
    words[3], words[4] = top, point or words[4]
    return " ".join(words)


CASES = {
    "no control groups": ("", "", {}, None),
    "version 2, no limit": ("0::/", V2, {f"{GROUP}/cpu.max": "max 100000"}, None),
    "version 2": ("0::/", V2, {f"{GROUP}/cpu.max": "200000 100000"}, 2),
    "rounded up": ("0::/", V2, {f"{GROUP}/cpu.max": "210000 100000"}, 3),
    "less than one": ("0::/", V2, {f"{GROUP}/cpu.max": "5000 100000"}, 1),
    "another period": ("0::/", V2, {f"{GROUP}/cpu.max": "150000 50000"}, 3),
    "a group of its own": ("0::/a.slice/b", V2, {f"{GROUP}/a.slice/b/cpu.max": "300000 100000"}, 3),
    "the smallest of those around it": (
        "0::/a/b/c",
        V2,
        {
            f"{GROUP}/cpu.max": "900000 100000",
            f"{GROUP}/a/cpu.max": "150000 100000",
            f"{GROUP}/a/b/cpu.max": "max 100000",
            f"{GROUP}/a/b/c/cpu.max": "400000 100000",
            f"{GROUP}/a/other/cpu.max": "1000 100000",
        },
        2,
    ),
    "version 1": (
        "4:cpu,cpuacct:/docker/x\n3:cpuset:/docker/y\n1:name=systemd:/z",
        V1,
        v1(f"{CPU}/docker/x", 250000),
        3,
    ),
    "version 1, no limit": ("4:cpu,cpuacct:/", V1, v1(CPU, -1), None),
    "version 1 around it": ("4:cpu:/a/b", V1, v1(f"{CPU}/a", 100000) | v1(f"{CPU}/a/b", 300000), 1),
    "version 1, the group mounted is ours": (
        "4:cpu,cpuacct:/docker/x",
        moved(V1, "/docker/x"),
        v1(CPU, 200000),
        2,
    ),
    "the group mounted is around ours": (
        "4:cpu,cpuacct:/docker/x/y",
        moved(V1, "/docker/x"),
        v1(f"{CPU}/y", 200000) | v1(CPU, 500000),
        2,
    ),
    "the group mounted has a longer name": ("4:cpu:/docker/x", moved(V1, "/docker/xy"), v1(CPU, 200000), 2),
    "ours is elsewhere": ("0::/../other", V2, {f"{GROUP}/cpu.max": "200000 100000"}, 2),
    "mounted from outside of the namespace": ("0::/", moved(V2, "/../.."), {f"{GROUP}/cpu.max": "200000 100000"}, 2),
    "hybrid, version 1 has the CPUs": (
        "4:cpu,cpuacct:/a\n0::/a",
        "\n".join([V1, moved(V2, "/", "/sys/fs/cgroup/unified")]),
        v1(f"{CPU}/a", 200000),
        2,
    ),
    "hybrid, version 2 has the CPUs": (
        "4:cpuset:/a\n0::/a",
        moved(V2, "/", "/sys/fs/cgroup/unified"),
        {f"{GROUP}/unified/a/cpu.max": "200000 100000"},
        2,
    ),
    "both": (
        "4:cpu:/\n0::/",
        "\n".join([V1, moved(V2, "/", "/sys/fs/cgroup/unified")]),
        v1(CPU, 300000) | {f"{GROUP}/unified/cpu.max": "200000 100000"},
        2,
    ),
    "odd names": (
        "0::/a b:c",
        moved(V2, "/", r"/sys/my\040groups"),
        {"sys/my groups/a b:c/cpu.max": "200000 100000"},
        2,
    ),
    "mounted twice": ("0::/a", "\n".join([moved(V2, "/", "/else"), V2]), {f"{GROUP}/a/cpu.max": "200000 100000"}, 2),
    "no period in the file": ("0::/", V2, {f"{GROUP}/cpu.max": "200000"}, None),
    "nonsense": ("0::/", V2, {f"{GROUP}/cpu.max": "lots of them"}, None),
    "an empty file": ("0::/", V2, {f"{GROUP}/cpu.max": ""}, None),
    "a period of nothing": ("4:cpu:/", V1, v1(CPU, 100000, 0), None),
    "a quota of nothing": ("4:cpu:/", V1, v1(CPU, 0), None),
    "one file of two": ("4:cpu:/", V1, {f"{CPU}/cpu.cfs_quota_us": "100000"}, None),
    "no mounts": ("0::/", "", {f"{GROUP}/cpu.max": "200000 100000"}, None),
    "no groups": ("", V2, {f"{GROUP}/cpu.max": "200000 100000"}, None),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_quota(case, tmp_path):
    groups, mounts, files, wanted = case
    files = files | {"proc/self/cgroup": groups, "proc/self/mountinfo": f"{OTHERS}\n{mounts}\n"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert cpu_quota(tmp_path) == wanted


def test_no_such_files(tmp_path):
    assert cpu_quota(tmp_path) is None


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "proc/self/cgroup").mkdir(parents=True)
    (tmp_path / "proc/self/mountinfo").write_bytes(b"\xff\n- \n1 2 3\n")
    assert cpu_quota(tmp_path) is None


def test_this_machine():
    quota = cpu_quota()
    assert quota is None or quota >= 1
