"""Whose code it is is exchanged where a dump and a statement say so, and nowhere else."""

from __future__ import annotations

import pytest

from include.databases.fingerprint import Fingerprint, differences, told_definers
from include.databases.mariadb.definers import Definers, exchanged

ADMIN = "`admin`@`%`"
DUMPED = {
    "trigger a": (
        b"/*!50032 DROP TRIGGER IF EXISTS `a` */;\n",
        b"/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 trigger a before insert on t\n",
        b"/*!50003 CREATE*/ /*!50017 DEFINER=`admin`@`%`*/ /*!50003 trigger a before insert on t\n",
    ),
    "event it's ` one": (
        b"/*!50106 DROP EVENT IF EXISTS `it's `` one` */;\n",
        b"/*!50106 CREATE*/ /*!50117 DEFINER=`a``b`@`localhost`*/ /*!50106 EVENT `it's `` one`\n",
        b"/*!50106 CREATE*/ /*!50117 DEFINER=`admin`@`%`*/ /*!50106 EVENT `it's `` one`\n",
    ),
    "function f": (
        b"/*!50003 DROP FUNCTION IF EXISTS `f` */;\n",
        b"CREATE DEFINER=`a_role` FUNCTION `f`() RETURNS int(11)\n",
        b"CREATE DEFINER=`admin`@`%` FUNCTION `f`() RETURNS int(11)\n",
    ),
    "package body p": (
        b"/*!50003 DROP PACKAGE BODY IF EXISTS `p` */;\n",
        b"CREATE DEFINER=`root`@`%` PACKAGE BODY `p` AS\n",
        b"CREATE DEFINER=`admin`@`%` PACKAGE BODY `p` AS\n",
    ),
    "view v": (
        b"/*!50001 DROP VIEW IF EXISTS `v`*/;\n",
        b"/*!50013 DEFINER=`root`@`%` SQL SECURITY DEFINER */\n",
        b"/*!50013 DEFINER=`admin`@`%` SQL SECURITY DEFINER */\n",
    ),
}


@pytest.mark.parametrize("name", DUMPED)
def test_a_dump_names_another_definer_for_what_is_chosen(name: str) -> None:
    dropped, made, expected = DUMPED[name]

    assert list(exchanged([dropped, made], {name: ADMIN})) == [dropped, expected]
    assert list(exchanged([dropped, made], {"view other": ADMIN})) == [dropped, made]


def test_what_a_body_holds_stays() -> None:
    dropped, made, expected = DUMPED["function f"]
    body = [b"select 'x';\n", b"CREATE DEFINER=`root`@`%` FUNCTION `g`()\n", b"-- DEFINER=`root`@`%`\n"]

    assert list(exchanged([dropped, made, *body], {"function f": ADMIN})) == [dropped, expected, *body]


@pytest.mark.parametrize(
    ("name", "there", "seen"),
    [
        (
            "view v",
            f"CREATE ALGORITHM=MERGE DEFINER={ADMIN} SQL",
            "CREATE ALGORITHM=MERGE DEFINER=`root`@`%` SQL",
        ),
        (
            "view v",
            "CREATE ALGORITHM=MERGE DEFINER=`eve`@`%` SQL",
            "CREATE ALGORITHM=MERGE DEFINER=`eve`@`%` SQL",
        ),
        (
            "view other",
            f"CREATE ALGORITHM=MERGE DEFINER={ADMIN} SQL",
            f"CREATE ALGORITHM=MERGE DEFINER={ADMIN} SQL",
        ),
        ("function f", f"CREATE DEFINER={ADMIN} FUNCTION", "CREATE DEFINER=`a_role` FUNCTION"),
        ("function f", f"CREATE FUNCTION -- DEFINER={ADMIN}", f"CREATE FUNCTION -- DEFINER={ADMIN}"),
    ],
)
def test_only_code_of_the_targets_user_counts_as_exchanged(name: str, there: str, seen: str) -> None:
    definers = Definers(ADMIN, {"view v": "`root`@`%`", "function f": "`a_role`"})

    assert definers.as_on_source(name, there) == seen


def test_a_proof_names_a_few_and_counts_the_others() -> None:
    told = Definers(ADMIN, {f"view {number}": "`root`@`%`" for number in range(7)}).told()

    assert told_definers(Fingerprint()) == ""
    text = told_definers(Fingerprint(definers=told))
    assert "view 0: root@% on the source, admin@% on the target" in text
    assert text.endswith("and 2 more")


def test_who_was_exchanged_is_no_difference_by_itself() -> None:
    one, other = Fingerprint(), Fingerprint(definers={"view v": "a on the source, b on the target"})

    assert differences(one, other).is_none
    assert one.digest == other.digest
