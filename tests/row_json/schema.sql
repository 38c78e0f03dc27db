-- Values that JSON makes awkward, as columns, behind a view, and in stored documents.
CREATE TYPE kind AS ENUM ('plain', 'with "quotes"', 'back\slash');
CREATE DOMAIN port AS int CHECK (VALUE BETWEEN 1 AND 65535);
CREATE TYPE spot AS (x int, label text);
CREATE TABLE tb_awkward (
    id int PRIMARY KEY, yes boolean, small smallint, number int, big bigint, real real,
    double double precision, exact numeric, word text, fixed char(5), character varchar(20),
    uuid uuid, day date, stamp timestamp, stamp_zone timestamptz, "time" time, time_zone timetz,
    span interval, address inet, bytes bytea, kind kind, kinds kind[], port port, ports port[],
    point spot, words text[], json json, jsonb jsonb, numbers numeric[]);
INSERT INTO tb_awkward VALUES
    (1, true, -32768, -2147483648, -9223372036854775808, '-Infinity', 'NaN', 'NaN',
     E'quote " back \\ line \n tab \t bell \x07 del \x7f', 'ab', 'é 日本 🎈',
     'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '0044-03-15 BC', '2024-02-29 23:59:59.123456',
     '2024-02-29 23:59:59.5+05:30', '24:00', '12:30:00+02', '1 year -2 days 03:04:05',
     '10.0.0.1/8', '\x00ff', 'with "quotes"', '{plain,back\\slash}', 80, '{1,65535}',
     (1, 'a "b"'), '{a,NULL,"c d"}', '{"a" :  [1, 2]}', '{"b": [1, {"c": null}]}', '{1.50,NaN}'),
    (2, false, 0, 0, 0, 1e20, 1.5e-300, 12345678901234567890123456789012345678.90, '', '', '',
     '00000000-0000-0000-0000-000000000000', 'infinity', '-infinity', 'infinity', '00:00',
     '00:00:00-11:30', '0', '::1', '', 'plain', '{}', 1, '{}', (NULL, NULL), '{}', '"x"', 'null',
     '{}');
INSERT INTO tb_awkward (id) VALUES (3);
CREATE VIEW v_awkward AS SELECT * FROM tb_awkward;
CREATE VIEW v_seen_awkward AS SELECT id, jsonb_build_object(
    'id', id, 'yes', yes, 'small', small, 'number', number, 'big', big, 'real', real,
    'double', double, 'exact', exact, 'word', word, 'fixed', fixed, 'character', character,
    'uuid', uuid, 'day', day, 'stamp', stamp, 'stamp_zone', stamp_zone, 'time', "time",
    'time_zone', time_zone, 'span', span, 'address', address, 'bytes', bytes, 'kind', kind,
    'kinds', kinds, 'port', port, 'ports', ports, 'point', point, 'words', words, 'json', json,
    'jsonb', jsonb, 'numbers', numbers) AS data
FROM tb_awkward;

-- The view gives the types of the documents; the documents need not be what it would make.
CREATE TABLE tb_paper (id int PRIMARY KEY, title text, count int, flag boolean, tags text[],
                       city text, zip text, anything jsonb, owner int);
CREATE TABLE tb_mark (paper int, points int, text text);
CREATE VIEW v_paper AS SELECT p.id, jsonb_build_object(
    'id', p.id, 'title', p.title, 'count', p.count, 'flag', p.flag, 'tags', p.tags,
    'place', CASE WHEN p.city IS NOT NULL THEN jsonb_build_object('city', p.city, 'zip', p.zip) END,
    'marks', (SELECT jsonb_agg(jsonb_build_object('points', m.points, 'text', m.text))
              FROM tb_mark m WHERE m.paper = p.id),
    'anything', p.anything, 'owner', jsonb_build_object('name', p.title)) AS data
FROM tb_paper p;
CREATE TABLE tv_paper (id int PRIMARY KEY, data jsonb);
INSERT INTO tv_paper VALUES
    (1, '{"id": 1, "title": "a \"b\" \\ \u0007 é", "count": 3, "flag": true, "tags": ["x", "}"],
          "place": {"city": "{", "zip": "]"}, "marks": [{"points": 1, "text": "\\"}, null, 5,
          {"text": "only"}], "anything": {"deep": [[{}]]}, "owner": {"name": "n"}}'),
    (2, '{"id": 2, "place": null, "marks": [], "anything": null, "owner": "not an object"}'),
    (3, '{"id": "3", "title": 4.50, "place": 7, "marks": {"not": "a list"}, "owner": null}'),
    (4, '[]'), (5, NULL), (6, '{}');
