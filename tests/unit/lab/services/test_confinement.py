from __future__ import annotations

from pathlib import Path

from lab.services.confinement import as_user, confined


def test_a_command_without_a_user_stays_as_it_is() -> None:
    assert as_user(None, ["named", "-g"]) == ["named", "-g"]


def test_a_user_comes_with_its_own_groups_alone() -> None:
    line = as_user("postgres", ["postgres", "-D", "/data"])
    assert line[0] == "setpriv"
    assert {"--reuid=postgres", "--regid=postgres", "--init-groups"} <= set(line)
    assert line[-3:] == ["postgres", "-D", "/data"]


def test_folders_are_mounted_for_the_command_alone() -> None:
    line = confined(["mariadbd"], mounts={Path("/srv/my lab/data"): "/var/lib/mysql"}, user="mysql")
    assert line[:4] == ["unshare", "--mount", "--propagation", "private"]
    assert "mount --bind '/srv/my lab/data' /var/lib/mysql && exec \"$@\"" in line
    assert "--net" not in line


def test_the_script_is_one_line_since_the_supervisors_configuration_ends_a_value_there() -> None:
    line = confined(
        ["weed"], mounts={Path("/a"): "/tmp"}, own_network=True, stale_socket=Path("/run/lab/a.sock")
    )
    assert not any("\n" in word for word in line)
    script = line[line.index("-c") + 1]
    assert script.split(" && ") == [
        "ip link set lo up",
        "mount --bind /a /tmp",
        "rm -f /run/lab/a.sock",
        'exec "$@"',
    ]
