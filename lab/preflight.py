"""What the machine must have before the lab starts: every problem at once, each with its remedy."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from lab import paths
from lab.packages import install_command, missing_packages
from lab.services.ports import port_problems
from lab.supervision import cgroups

_FREE_GIB = 10


def problems() -> list[str]:
    """Return what is missing, each with what to do. Nothing is changed on the machine."""
    if platform.system() != "Linux":
        return [f"The lab runs on Linux, not on {platform.system()}: use a Linux machine or virtual machine."]
    if os.geteuid() != 0:
        return ["The lab makes network namespaces and runs containers: run it as root (sudo make …)."]
    found = []
    missing = missing_packages()
    if missing:
        found.append(f"Packages are missing: {install_command(missing)}")
    if platform.machine() != "x86_64":
        found.append(f"The lab's images are for x86_64, this machine is {platform.machine()}.")
    found += _disk_problems() + _kernel_problems(missing) + _cgroup_problems() + port_problems()
    return found


def _disk_problems() -> list[str]:
    free = shutil.disk_usage(paths.ROOT).free / 2**30
    if free >= _FREE_GIB:
        return []
    return [f"Only {free:.1f} GiB are free under {paths.ROOT}; the lab needs {_FREE_GIB}."]


def _kernel_problems(missing: list[str]) -> list[str]:
    found = []
    # each is tried in namespaces that end with the command
    link = "ip link add ccelabtest0 type {kind}"
    tries = {
        "network namespaces": (["true"], "use a kernel with CONFIG_NET_NS, and root that may use it"),
        "bridges": (["sh", "-c", link.format(kind="bridge")], "modprobe bridge"),
        "veth pairs": (["sh", "-c", link.format(kind="veth")], "modprobe veth"),
    }
    if "iptables" not in missing:
        nat = "iptables -t nat -A PREROUTING -p tcp -j DNAT --to-destination 198.18.0.1"
        tries["iptables NAT"] = (["sh", "-c", nat], "modprobe nf_tables nft_compat nf_nat xt_nat")
        comment = "iptables -A INPUT -m comment --comment lab -m conntrack --ctstate NEW -j ACCEPT"
        tries["iptables matches"] = (["sh", "-c", comment], "modprobe xt_comment xt_conntrack")
    for name, (command, remedy) in tries.items():
        done = subprocess.run(["unshare", "--net", "--mount", *command], capture_output=True, text=True)
        if done.returncode != 0:
            found.append(f"The kernel gives no {name} here ({done.stderr.strip()[-120:]}): {remedy}")
    if not _overlay_works():
        found.append(
            f"No overlay file system can be mounted under {paths.ROOT}: modprobe overlay, or ext4 or xfs there."
        )
    return found


def _overlay_works() -> bool:
    with tempfile.TemporaryDirectory(dir=paths.ROOT, prefix=".lab-overlay-") as folder:
        for name in ("lower", "upper", "work", "merged"):
            (Path(folder) / name).mkdir()
        options = f"lowerdir={folder}/lower,upperdir={folder}/upper,workdir={folder}/work"
        mount = ["mount", "-t", "overlay", "overlay", "-o", options, f"{folder}/merged"]
        return subprocess.run(["unshare", "--mount", *mount], capture_output=True).returncode == 0


def _cgroup_problems() -> list[str]:
    tops = cgroups.controllers() if cgroups.ROOT.is_dir() else []
    if not tops:
        return ["No control groups are mounted under /sys/fs/cgroup: mount -t cgroup2 none /sys/fs/cgroup"]
    if not all(os.access(top, os.W_OK) for top in tops):
        return [
            "The control groups under /sys/fs/cgroup cannot be written: mount -o remount,rw /sys/fs/cgroup"
        ]
    if len(tops) == 1 and (tops[0] / "cgroup.controllers").exists():
        have = (tops[0] / "cgroup.controllers").read_text().split()
    else:
        have = [top.name for top in tops]
    needed = {"cpu", "cpuset", "memory", "pids"}
    lacking = sorted(needed - {part for name in have for part in name.split(",")})
    return (
        [f"The control group controllers {', '.join(lacking)} are missing: enable them in the kernel."]
        if lacking
        else []
    )
