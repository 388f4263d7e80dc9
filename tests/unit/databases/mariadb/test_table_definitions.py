"""A table is made bare first; what is taken off it can be added again."""

from __future__ import annotations

from include.databases.mariadb.table_definitions import take_apart

CUSTOMERS = """CREATE TABLE `customers` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `mail` varchar(60) NOT NULL COMMENT 'no KEY `x` (`y`),',
  PRIMARY KEY (`id`),
  UNIQUE KEY `by ``mail` (`mail`),
  KEY `of_owner` (`owner`),
  FULLTEXT KEY `words` (`mail`),
  CONSTRAINT `of_owner` FOREIGN KEY (`owner`) REFERENCES `owners` (`id`),
  CONSTRAINT `sane` CHECK (`id` > 0)
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4
 PARTITION BY HASH (`id`)"""


def test_indexes_and_foreign_keys_are_taken_off() -> None:
    found = take_apart(CUSTOMERS)

    assert found.bare == (
        "CREATE TABLE `customers` (\n  `id` int(11) NOT NULL AUTO_INCREMENT,\n"
        "  `mail` varchar(60) NOT NULL COMMENT 'no KEY `x` (`y`),',\n  PRIMARY KEY (`id`),\n"
        "  CONSTRAINT `sane` CHECK (`id` > 0)\n) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4\n"
        " PARTITION BY HASH (`id`)"
    )
    assert found.indexes == {
        "by `mail": "UNIQUE KEY `by ``mail` (`mail`)",
        "of_owner": "KEY `of_owner` (`owner`)",
        "words": "FULLTEXT KEY `words` (`mail`)",
    }
    assert found.foreign_keys == {
        "of_owner": "CONSTRAINT `of_owner` FOREIGN KEY (`owner`) REFERENCES `owners` (`id`)"
    }


def test_all_indexes_stay_where_that_is_asked_for() -> None:
    found = take_apart(CUSTOMERS, with_indexes=True)
    assert found.indexes == {}
    assert list(found.foreign_keys) == ["of_owner"]


def test_unique_keys_stay_without_a_primary_key() -> None:
    found = take_apart(
        "CREATE TABLE `t` (\n  `a` int,\n  UNIQUE KEY `u` (`a`),\n  KEY `k` (`a`)\n) ENGINE=InnoDB"
    )
    assert "UNIQUE KEY `u`" in found.bare
    assert list(found.indexes) == ["k"]


def test_all_indexes_stay_where_a_column_counts_that_is_not_the_key() -> None:
    statement = (
        "CREATE TABLE `t` (\n  `a` int NOT NULL,\n  `n` int NOT NULL AUTO_INCREMENT,\n  PRIMARY KEY (`a`,`n`),\n"
        "  KEY `k` (`n`)\n) ENGINE=InnoDB"
    )
    assert take_apart(statement).bare == statement
