-- What the blog does not have but golden cases need: unions, relations without a document, wide
-- documents, stored documents, keys that are no uuid.

CREATE TYPE priority AS ENUM ('low', 'high');

CREATE TABLE tb_ticket (
    pk_ticket integer PRIMARY KEY,
    title text NOT NULL,
    priority priority NOT NULL,
    estimate numeric(30, 10),
    watchers integer[] NOT NULL DEFAULT '{}'
);
INSERT INTO tb_ticket VALUES
    (1, 'A "quoted" title', 'high', 12345678901234567890.0123456789, '{1,2}'),
    (2, 'Naïve café', 'low', NULL, '{}');

-- Columns are the fields where there is no document.
CREATE VIEW v_ticket AS SELECT pk_ticket AS id, title, priority, estimate, watchers FROM tb_ticket;

-- Rows of several types: __typename tells them apart.
CREATE VIEW v_activity AS
SELECT p.id, p.created_at,
       jsonb_build_object('__typename', 'PostActivity', 'id', p.id, 'at', p.created_at,
                          'title', p.title) AS data
FROM posts p
UNION ALL
SELECT c.id, c.created_at,
       jsonb_build_object('__typename', 'CommentActivity', 'id', c.id, 'at', c.created_at,
                          'content', c.content)
FROM comments c;

-- A stored document whose shape the comment tells.
CREATE TABLE tv_profile (id integer PRIMARY KEY, data jsonb NOT NULL);
COMMENT ON TABLE tv_profile IS 'A profile as it was stored.
@field id int4
@field name text
@field address.city text
@field visits[].page text
@field visits[].seconds int4';
INSERT INTO tv_profile VALUES
    (1, '{"id": 1, "name": "Ada", "address": {"city": "Lyon"},
          "visits": [{"page": "/", "seconds": 3}, {"page": "/about", "seconds": 12}]}'),
    (2, '{"id": 2, "name": null, "address": null, "visits": null}');

-- Domains that are called like scalars show as those.
CREATE DOMAIN email_address AS text CHECK (VALUE LIKE '%@%');
CREATE DOMAIN port AS integer CHECK (VALUE BETWEEN 1 AND 65535);
CREATE TABLE tb_service (id integer PRIMARY KEY, contact email_address, port port NOT NULL);
INSERT INTO tb_service VALUES (1, 'ada@example.com', 5432), (2, NULL, 80);
CREATE VIEW v_service AS SELECT id, contact, port FROM tb_service;

-- Lists inside lists, each with an order of its own.
CREATE VIEW v_writer AS
SELECT u.id, u.name,
       jsonb_build_object(
           'id', u.id,
           'name', u.name,
           'posts', COALESCE(
               (SELECT jsonb_agg(p.data ORDER BY p.created_at, p.id)
                FROM v_post_with_comments p
                WHERE p.user_id = u.id),
               '[]'::jsonb)) AS data
FROM users u;

-- The same list in other forms: without an empty one for nobody's, as a lateral join, filtered, of
-- objects that are no other view's, grouped, and behind a condition.
CREATE VIEW v_list_form AS
SELECT u.id, u.name,
       jsonb_build_object(
           'id', u.id,
           'name', u.name,
           'nullable', (SELECT jsonb_agg(p.data ORDER BY p.created_at, p.id)
                        FROM v_post p WHERE p.user_id = u.id),
           'joined', joined.posts,
           'joined_count', joined.amount,
           'filtered', COALESCE(
               (SELECT jsonb_agg(p.data ORDER BY p.created_at, p.id)
                       FILTER (WHERE p.status = 'published')
                FROM v_post p WHERE p.user_id = u.id OR p.title = u.name),
               '[]'::jsonb),
           'plain', COALESCE(
               (SELECT jsonb_agg(jsonb_build_object('title', p.title, 'at', p.created_at)
                                 ORDER BY p.created_at, p.id)
                FROM posts p WHERE p.user_id = u.id),
               '[]'::jsonb),
           'grouped', COALESCE(grouped.posts, '[]'::jsonb),
           'conditional', CASE WHEN u.status = 'active' THEN
               (SELECT jsonb_agg(p.data ORDER BY p.created_at, p.id)
                FROM v_post p WHERE p.user_id = u.id) END) AS data
FROM users u
LEFT JOIN LATERAL (
    SELECT jsonb_agg(p.data ORDER BY p.created_at, p.id) AS posts, count(*) AS amount
    FROM v_post p
    WHERE p.user_id = u.id
) joined ON true
LEFT JOIN (
    SELECT p.user_id, jsonb_agg(p.data ORDER BY p.created_at, p.id) AS posts
    FROM v_post p
    GROUP BY p.user_id
) grouped ON grouped.user_id = u.id;

-- The same stored, with a column for a key of the document; and a function whose result is read
-- again.
CREATE TABLE tv_writer (id uuid PRIMARY KEY, data jsonb NOT NULL,
                        "Its name" text GENERATED ALWAYS AS (data->>'name') STORED);
INSERT INTO tv_writer SELECT id, data FROM v_writer;
CREATE FUNCTION fn_update_writer(p_id uuid) RETURNS uuid LANGUAGE sql AS $$ SELECT p_id $$;

-- A tree by WITH RECURSIVE, whose documents have another view's inside; a materialized view; and a
-- view composed of all of them.
CREATE TABLE tb_category (id integer PRIMARY KEY, name text NOT NULL,
                          fk_parent integer REFERENCES tb_category);
INSERT INTO tb_category VALUES (1, 'Books', NULL), (2, 'Novels', 1), (3, 'Crime', 2), (4, 'Toys', NULL);
CREATE TABLE tb_product (id integer PRIMARY KEY, name text NOT NULL, price numeric(10, 2) NOT NULL,
                         fk_category integer NOT NULL REFERENCES tb_category);
INSERT INTO tb_product VALUES (1, 'Emma', 9.50, 2), (2, 'Ulysses', 19.00, 2), (3, 'Top', 3.20, 4);
CREATE VIEW v_parent_category AS
SELECT id, jsonb_build_object('id', id, 'name', name) AS data FROM tb_category;
CREATE VIEW v_category AS
WITH RECURSIVE tree AS (
    SELECT id, name, fk_parent, 0 AS depth, name AS path FROM tb_category WHERE fk_parent IS NULL
    UNION ALL
    SELECT c.id, c.name, c.fk_parent, t.depth + 1, t.path || '/' || c.name
    FROM tb_category c JOIN tree t ON t.id = c.fk_parent
)
SELECT t.id, t.depth,
       jsonb_build_object('id', t.id, 'name', t.name, 'depth', t.depth, 'path', t.path,
                          'parent', p.data) AS data
FROM tree t LEFT JOIN v_parent_category p ON p.id = t.fk_parent;
CREATE VIEW v_product AS
SELECT id, fk_category, jsonb_build_object('id', id, 'name', name, 'price', price) AS data
FROM tb_product;
CREATE MATERIALIZED VIEW mv_category_summary AS
SELECT c.id, jsonb_build_object('id', c.id, 'product_count', count(p.id),
                                'total', coalesce(sum(p.price), 0)) AS data
FROM tb_category c LEFT JOIN tb_product p ON p.fk_category = c.id
GROUP BY c.id;
COMMENT ON MATERIALIZED VIEW mv_category_summary IS '@field id int4
@field product_count int8
@field total numeric';
ANALYZE mv_category_summary;
CREATE VIEW v_category_with_products AS
SELECT c.id,
       c.data || jsonb_build_object(
           'products', coalesce((SELECT jsonb_agg(p.data ORDER BY p.id) FROM v_product p
                                 WHERE p.fk_category = c.id), '[]'),
           'summary', s.data) AS data
FROM v_category c LEFT JOIN mv_category_summary s ON s.id = c.id;

-- Branches of one type: no __typename is needed to tell them apart.
CREATE VIEW v_contact AS
SELECT u.id, jsonb_build_object('kind', 'author', 'name', u.name) AS data FROM users u
UNION ALL
SELECT md5(s.id::text)::uuid, jsonb_build_object('kind', 'service', 'name', s.contact::text)
FROM tb_service s;

-- A view and an enum that are called like others in public; an enum that is called like a view.
CREATE SCHEMA sales;
CREATE TYPE sales.priority AS ENUM ('normal', 'urgent');
CREATE VIEW sales.v_ticket AS
SELECT t.id, t.buyer, t.priority::sales.priority AS priority
FROM (VALUES (1, 'Ada', 'urgent'), (2, 'Bob', 'normal')) AS t(id, buyer, priority);
CREATE TYPE region AS ENUM ('city', 'county');
CREATE VIEW v_region AS
SELECT r.id, r.name, r.kind::region AS kind FROM (VALUES (1, 'Lyon', 'city')) AS r(id, name, kind);
