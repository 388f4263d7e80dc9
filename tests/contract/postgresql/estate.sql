set search_path = public;
do $$ begin
    if not exists (select from pg_roles where rolname = 'shop_owner') then
        create role shop_owner login password 'of-the-tests';
        create role "Shop ""Reader""" login password 'of-the-tests';
    end if;
end $$;
grant create on schema public to shop_owner;
create extension hstore;
create type color as enum ('red', 'green');
create type pair as (a integer, b text);
create domain percentage as integer check (value between 0 and 100);
create domain half as percentage check (value <= 50);

-- split into pieces; the gaps are pages that updates and deletes left
create table big (id bigint generated always as identity primary key, filler text, at timestamptz default now());
insert into big (filler) select repeat(n::text, 20) from generate_series(1, 40000) n;
delete from big where id % 5 = 0;
update big set filler = filler || 'x' where id % 7 = 0;
create index big_by_filler on big (md5(filler));

create table keyless (what text, n integer);
insert into keyless select 'same', n % 3 from generate_series(1, 20000) n;

create table "Weird ""Name""" (
    "Id" integer primary key, "a,b" text, "größe" color, colors color[], part pair, share percentage, less half,
    attributes hstore, tags text[], doc jsonb, raw bytea, number numeric, real double precision, stamp timestamptz,
    span int4range, place point, address inet, price money, kind regclass, bits bit varying, "time" time with time zone
);
insert into "Weird ""Name""" values
    (1, E'tab\t\\N\n"quote"', 'green', '{red,green}', '(1,"x,y")', 7, 3, 'a=>1', '{"a,b",NULL,""}', '{"k": [1, null]}',
     '\x00ff', 1.500, 'NaN', '2024-02-29 12:00+02', '[1,5)', '(1.5,2)', '::1/64', 12.34, 'big', '1011', '12:00+02'),
    (2, null, null, null, null, null, null, null, null, null, null, 'NaN', '-Infinity', 'infinity', 'empty', null, null,
     null, 'big', null, null);

create table nothing_in_it (id integer primary key);
create table no_columns ();
insert into no_columns default values;
insert into no_columns default values;

create table generated (a integer, b integer generated always as (a * 2) stored);
insert into generated values (1), (2), (3);

create table visits (at date not null, path text, primary key (at, path)) partition by range (at);
create table visits_2024 partition of visits for values from ('2024-01-01') to ('2025-01-01');
create table visits_later partition of visits default;
insert into visits select date '2024-06-01' + n, '/' || n from generate_series(1, 1000) n;
create index visits_by_path on visits (path);

-- each refers to the other
create table hens (id integer primary key, egg integer);
create table eggs (id integer primary key, hen integer references hens);
insert into hens values (1, 1), (2, 1);
insert into eggs values (1, 1);
alter table hens add foreign key (egg) references eggs;

create table audit (at timestamptz, what text);
create function note() returns trigger language plpgsql as $$
begin insert into public.audit values (now(), tg_op); return new; end $$;
create trigger noted after insert on generated for each row execute function note();
alter table generated enable always trigger noted;

create unlogged table sessions (id integer);
insert into sessions values (1);
create materialized view totals as select count(*) as n from keyless;
create unique index totals_n on totals (n);
-- needs the key of the table, which is made after the rows
create view grouped as select id, filler, count(*) as n from big group by id;
create materialized view grouped_rows as select id, filler, count(*) as n from big group by id;
create view reds as select "Id" from "Weird ""Name""" where "größe" = 'red';
alter table keyless enable row level security;
create policy everybody on keyless using (true);
create statistics big_stats on id, filler from big;
create rule keep as on delete to nothing_in_it do instead nothing;
create publication everything for table big;

select lo_from_bytea(0, convert_to(repeat('large object ', n), 'UTF8')) from generate_series(1, 150) n;
select lo_from_bytea(777777, decode(repeat('00ff', 3000000), 'hex'));
alter large object 777777 owner to shop_owner;
grant select on large object 777777 to "Shop ""Reader""";
select lo_create(777778);

alter table big owner to shop_owner;
grant select on big to "Shop ""Reader""";
