-- The shop's rows, made by the server itself; the numbers follow from each other, so that every lab has the same.
insert into customers (name, email, tags, preferences, born, created_at)
select 'Customer ' || n, 'customer' || n || '@example.com',
    case when n % 3 = 0 then array['loyal', 'größe "L"', ''] else '{}' end,
    jsonb_build_object('language', (array['de', 'en', '日本語'])[1 + n % 3], 'news', n % 2 = 0, 'nothing', null),
    date '1950-01-01' + n % 20000, timestamptz '2024-02-29 12:00+00' + n * interval '1 minute'
from generate_series(1, 20000) n;

insert into addresses (customer_id, line, place)
select n, E'Street\t' || n || E'\nFloor \\' || n % 7, point(n % 180, n % 90) from generate_series(1, 20000) n;

insert into categories select n, case when n > 10 then n % 10 + 1 end, 'Category ' || n from generate_series(1, 50) n;

insert into products (id, category_id, name, price, thumbnail, weight)
select n, n % 50 + 1, 'Product ' || n, (n % 997) / 10.0, decode(md5(n::text), 'hex'),
    case n % 100 when 0 then 'NaN' when 1 then '-Infinity' else n / 3.0 end
from generate_series(1, 2000) n;
select setval(pg_get_serial_sequence('products', 'id'), 2000);

insert into orders (client, sequence, customer_id, status, created_at)
select 'history', n, n % 20000 + 1, (array['new', 'paid', 'sent', 'returned'])[1 + n % 4]::order_status,
    timestamptz '2025-01-01 00:00+00' + n * interval '5 minutes'
from generate_series(1, 60000) n;

insert into order_items (order_id, product_id, quantity, price)
select n % 60000 + 1, (n + n / 60000) % 2000 + 1, n % 9 + 1, (n % 997) / 10.0 from generate_series(1, 80000) n;

insert into reviews (product_id, stars, words, written)
select n % 2000 + 1, n % 5 + 1, nullif(repeat('good ', n % 20), ''), n * interval '1 second' from generate_series(1, 10000) n;

insert into visits
select timestamptz '2025-06-01 00:00+00' + n * interval '37 minutes', '/products/' || n % 2000,
    ('192.0.2.' || n % 256)::inet
from generate_series(1, 20000) n;

insert into "Price List" select n, date '2025-01-01' + n % 365, n * 1.5 from generate_series(1, 2000) n;

insert into accounting.invoices (order_id, amount, during)
select n, n::money, tstzrange(timestamptz '2025-01-01 00:00+00', null) from generate_series(1, 5000) n;

insert into documents
select n, 'Manual ' || n, lo_from_bytea(0, decode(repeat(md5(n::text), 4096 * n), 'hex')) from generate_series(1, 3) n;
