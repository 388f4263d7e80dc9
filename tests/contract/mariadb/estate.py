"""A database with every sort of table, and with what is made of tables."""

from __future__ import annotations

STATEMENTS = (
    "set time_zone = '+00:00', sql_mode = ''",
    "create sequence numbers start with 5 increment by 3",
    "create table customers (id int auto_increment primary key, mail varchar(60) not null, name varchar(60), "
    "number bigint default nextval(numbers), hidden int invisible default 7, document json, "
    "twice int as (hidden * 2) virtual, unique by_mail (mail), key by_name (name), key by_twice (twice), "
    "fulltext key words (name), fulltext key more_words (mail, name))",
    "insert into customers (mail, name, hidden, document) select concat(seq, '@example'), concat('nobody ', seq % 17, ' ä'), "
    "seq, '{\"a\": 1}' from seq_1_to_500",
    "create table orders (id bigint primary key, customer int not null, at datetime(3), amount decimal(12,2), filler text, "
    "key by_customer (customer), constraint of_customer foreign key (customer) references customers (id) on delete cascade, "
    "constraint sane check (amount >= 0))",
    "insert into orders select cast(seq as signed) * 3 - 6000, 1 + seq % 500, '2024-01-01 00:00:00.5', seq / 7, "
    "repeat(char(65 + seq % 26), 100) from seq_1_to_20000",
    "create table totals (n int)",
    "insert into totals values (20000)",
    "create trigger counted after insert on orders for each row update totals set n = n + 1",
    "create trigger counted_down after delete on orders for each row update totals set n = n - 1",
    "create table unkeyed (a int not null, b varchar(20), unique by_a (a), key by_b (b))",
    "insert into unkeyed values (1, 'NULL'), (2, null), (3, ''), (4, '\\\\N'), (5, 'a,\\'b\\'\\n,')",
    "create table counted (part int, number int auto_increment, primary key (part, number), key by_number (number))",
    "insert into counted values (1, 0), (1, 0), (2, 7)",
    "create table `odd ``name, %s` (`a ``b` int primary key, `100%` varchar(9) default '\\n', key `k ``1` (`100%`)) "
    "comment 'KEY `x` (`y`)'",
    "insert into `odd ``name, %s` values (1, '%s'), (2, null)",
    "create table shapes (id int primary key, place point not null, spatial key by_place (place)) engine = InnoDB",
    "insert into shapes values (1, point(1, 2))",
    "create table logs (id int, line text, key by_id (id)) engine = Aria",
    "insert into logs select seq, 'x' from seq_1_to_50",
    "create table parted (id int, day date, primary key (id, day), key by_day (day)) partition by range (year(day)) "
    "(partition old values less than (2020), partition new values less than maxvalue)",
    "insert into parted select seq, date_add('2018-01-01', interval seq day) from seq_1_to_1000",
    "create table history (id int primary key, name varchar(20), key by_name (name)) with system versioning",
    "insert into history values (1, 'a'), (2, 'b')",
    "update history set name = 'c' where id = 1",
    "delete from history where id = 2",
    "create table empty_one (id int primary key, other int, key by_other (other))",
    "create table members (id int primary key, e enum('', 'a'), f float, s set('x', 'y'), b bit(9), z datetime, "
    "l varchar(9) character set latin1, blank int default null)",
    "insert into members values (1, 99, 1.1, 'x,y', 300, '0000-00-00', _latin1 x'8180', 0), (2, '', 3.4028235e38, '', 0, null, '', null)",
    "create function answer() returns int deterministic return 42",
    "create procedure raise_all() update orders set amount = amount + answer()",
    "create view b_view as select name, answer() as n from customers",
    "create view a_view as select name from b_view where n = 42",
    "create event nightly on schedule every 1 day disable do delete from logs",
)
