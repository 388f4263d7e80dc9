-- The warehouse's tables. The view and the trigger run as an account that cannot log in, as those of installers often do.
create table locations (
    id int unsigned not null auto_increment primary key,
    name varchar(100) not null,
    kind enum('shelf', 'yard', 'cold store') not null default 'shelf',
    attributes json,
    unique key name (name)
);
create table suppliers (
    id int unsigned not null auto_increment primary key,
    name varchar(200) character set utf8mb4 collate utf8mb4_unicode_ci not null,
    logo blob,
    rating decimal(5, 2)
);
create table stock_levels (
    product_id bigint unsigned not null primary key,
    location_id int unsigned not null,
    supplier_id int unsigned,
    quantity bigint not null default 0,
    changed_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6),
    constraint level_location foreign key (location_id) references locations (id),
    constraint level_supplier foreign key (supplier_id) references suppliers (id)
);
create table movements (
    id bigint unsigned not null auto_increment primary key,
    product_id bigint unsigned not null,
    quantity bigint not null,
    reason varchar(40) not null,
    size_class varchar(10) as (if(abs(quantity) > 5, 'large', 'small')) persistent,
    at timestamp(6) not null default current_timestamp(6),
    key product_id (product_id, at),
    constraint movement_product foreign key (product_id) references stock_levels (product_id)
);
create table `counting: notes` (note text, `from` date) comment 'has no key';

insert into locations (name, kind, attributes)
    select concat('Ort ', seq), elt(1 + seq % 3, 'shelf', 'yard', 'cold store'), json_object('row', seq, 'größe', 'XL')
    from seq_1_to_200;
insert into suppliers (name, logo, rating)
    select concat('Supplier 日本 🏭 ', seq), unhex(repeat(hex(seq), 20)), seq % 500 / 100 from seq_1_to_300;
insert into stock_levels (product_id, location_id, supplier_id, quantity, changed_at)
    select seq, 1 + seq % 200, if(seq % 7 = 0, null, 1 + seq % 300), seq % 1000, '2025-03-30 04:30:00.123456' from seq_1_to_2000;
insert into movements (product_id, quantity, reason, at)
    select 1 + seq % 2000, cast(seq % 21 as signed) - 10, 'history', '2025-01-01' + interval seq minute from seq_1_to_20000;
insert into `counting: notes` values ('it''s \\ "odd"\n', '2025-10-26'), (null, null), ('', null);

create definer = 'stock_owner'@'%' sql security definer view low_stock as
    select l.product_id, l.quantity, p.name as location from stock_levels l join locations p on p.id = l.location_id
    where l.quantity < 10;
create definer = 'stock_owner'@'%' trigger movements_change_levels after insert on movements for each row
begin
    update stock_levels set quantity = quantity + new.quantity where product_id = new.product_id;
end;
create definer = 'stock_owner'@'%' procedure recount(in wanted bigint unsigned)
begin
    select sum(quantity) from movements where product_id = wanted;
end;
