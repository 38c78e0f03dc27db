-- Values of every type, in six rows and one without any. The matrix of operators (*.cases) runs on
-- them as columns, as the documents of views, and as stored documents.
CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION IF NOT EXISTS ltree;

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE stage AS ENUM ('in progress', 'done!');
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE DOMAIN tag_list AS text[];
CREATE DOMAIN email_address AS text CHECK (value LIKE '%@%');

CREATE TABLE tb_sample (
    id int PRIMARY KEY,
    label text, variant varchar(40), folded citext, fixed char(6), email email_address,
    whole2 int2, whole4 int4, whole8 int8, exact numeric, real4 float4, real8 float8,
    amount positive, flag bool, token uuid, owner_id int, bytes bytea,
    day date, clock time, offset_clock timetz, local_stamp timestamp, stamp timestamptz,
    span interval,
    mood mood, stage stage,
    words text[], numbers int[], exacts numeric[], moods mood[], days date[], tags tag_list,
    part_ids uuid[],
    doc jsonb, doc_text json,
    address inet, network cidr, mac macaddr, mac8 macaddr8,
    path ltree,
    peer inet, uplink inet,
    int_range int4range, big_range int8range, exact_range numrange, day_range daterange,
    local_range tsrange, stamp_range tstzrange,
    int_ranges int4multirange, day_ranges datemultirange,
    lexemes tsvector
);

SET timezone = 'UTC';
INSERT INTO tb_sample VALUES
(1, 'Ärger mit 50% Rabatt', 'a,b', 'MixedCase', 'ab', 'one@example.com',
 -32768, -2147483648, -9223372036854775808, -1234567890123456789012345678901234567890.5,
 '-infinity', '-infinity',
 1, true, '00000000-0000-0000-0000-000000000001', 10, '\x',
 '-infinity', '00:00', '10:00+02', '-infinity', '-infinity', '-1 day',
 'sad', 'in progress',
 '{}', '{}', '{}', '{}', '{}', '{}', '{}',
 '{}', '{}',
 '10.1.2.3', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05',
 'top', '169.254.0.1', '::',
 'empty', '(,10)', '(,1.5)', '(,2026-01-01)', '(,2026-01-01 00:00)', '(,2026-01-01 00:00+00)',
 '{}', '{(,2026-01-01)}',
 'fat cat'),
(2, 'under_score', '{x}', 'mixedcase', 'ab', 'two@example.com',
 -1, -1, 9007199254740992, 1234567890123456789012345678901234567890.4,
 -1.5, -1.5,
 2, false, '00000000-0000-0000-0000-000000000002', 10, '\x00ff',
 '2024-02-29', '12:30', '08:00+00', '2024-02-29 12:30', '2024-02-29 23:30-05', '01:00:00',
 'ok', 'done!',
 '{a}', '{1}', '{1.10}', '{sad}', '{2024-02-29}', '{a}', '{00000000-0000-0000-0000-000000000001}',
 '{"a": 1}', '{"a": 1}',
 '192.168.1.1/24', '192.168.1.0/24', '08:00:2b:01:02:04', '08:00:2b:01:02:03:04:06',
 'top.science', 'fe80::1', '100.64.1.1',
 '[1,5)', '[1,5)', '[1,5)', '[2026-01-01,2026-02-01)', '[2026-01-01 00:00,2026-02-01 00:00)',
 '[2026-01-01 00:00+00,2026-02-01 00:00+00)',
 '{[1,5)}', '{[2026-01-01,2026-02-01)}',
 'fat rat'),
(3, 'back\slash', 'NULL', 'other', 'abc', 'three@example.com',
 0, 0, 9007199254740993, 1234567890123456789012345678901234567890.5,
 0, 0.1,
 3, true, '00000000-0000-0000-0000-000000000003', 20, '\xdeadbeef',
 '2026-03-29', '12:30:00.5', '23:59-11', '2026-03-29 02:30', '2026-03-29 01:00+00', '1 mon',
 'happy', NULL,
 '{b,a}', '{2,1}', '{1.1,2}', '{happy,sad}', '{2026-03-29,2024-02-29}', '{b,a}',
 '{00000000-0000-0000-0000-000000000002,00000000-0000-0000-0000-000000000001}',
 '{"a": {"b": [1, 2]}, "c": null}', '{"a": {"b": [1, 2]}, "c": null}',
 '224.0.0.1', '100.64.0.0/10', 'ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff:ff:ff',
 'top.science.astronomy', '255.255.255.255', '192.0.2.1',
 '[5,10)', '[5,10)', '[5,10)', '[2026-02-01,2026-03-01)', '[2026-02-01 00:00,2026-03-01 00:00)',
 '[2026-02-01 00:00+00,2026-03-01 00:00+00)',
 '{[1,3),[5,10)}', '{[2026-02-01,2026-03-01)}',
 'dog:1A'),
(4, 'plain TEXT', 'q"uote', 'Straße', '', 'four@example.com',
 1, 1, 42, 0.0000000000000000000000000000000000000001,
 0.1, 1e300,
 4, NULL, '00000000-0000-0000-0000-000000000004', 20, '\x00',
 '2026-12-31', '23:59:59.999999', '12:00+00', '2026-12-31 23:59:59.999999',
 '2026-12-31 23:59:59.999999+00', '30 days',
 'ok', 'in progress',
 '{a,b,c}', '{1,2,3}', '{3}', '{ok,ok}', '{2026-12-31}', '{a,b,c}',
 '{00000000-0000-0000-0000-000000000003}',
 '[1, "a", null]', '[1, "a", null]',
 '2001:db8::1', '2001:db8::/32', '08:00:2b:01:02:05', '00:00:00:00:00:00:00:00',
 'top.hobbies', '0.0.0.0', '2600::1',
 '[10,)', '[10,)', '[10,)', '[2026-06-01,)', '[2026-06-01 00:00,)', '[2026-06-01 00:00+00,)',
 '{[10,)}', '{[2026-06-01,)}',
 'cat dog'),
(5, '', '', '', 'abcdef', 'five@example.com',
 5, 42, 0, 'NaN',
 'NaN', 'NaN',
 5, false, '00000000-0000-0000-0000-000000000005', NULL, NULL,
 'infinity', '24:00', '00:00+00', 'infinity', 'infinity', '1 year',
 'sad', 'done!',
 ARRAY['a', NULL], ARRAY[1, NULL], ARRAY[1.10, NULL], ARRAY['sad', NULL]::mood[],
 ARRAY['2024-02-29', NULL]::date[], ARRAY['a', NULL], ARRAY[NULL]::uuid[],
 '"a"', '"a"',
 '::1', '::1/128', '00:00:00:00:00:00', '00:00:00:00:00:00:00:01',
 '', 'fec0::1', 'ff02::1',
 '(,)', '(,)', '(,)', '(,)', '(,)', '(,)',
 '{(,)}', '{(,)}',
 ''),
(6, '日本語 😀', '日本語', '日本語', '日本', 'six@example.com',
 32767, 2147483647, 9223372036854775807, 'infinity',
 'infinity', 'infinity',
 6, true, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 30, '\xff',
 '0001-01-01', '06:00', '06:00+00', '0001-01-01 00:00', '0001-01-01 00:00+00', '00:00:00',
 'happy', 'done!',
 ARRAY['{x}', 'q"', 'b\s', 'NULL', '', '日本'], '{-1}', '{1234567890123456789012345678901234567890.5}',
 '{happy}', '{infinity}', '{日本}', '{ffffffff-ffff-ffff-ffff-ffffffffffff}',
 'null', 'null',
 '8.8.8.8', '8.8.8.0/24', '08:00:2b:01:02:06', '08:00:2b:01:02:06:00:00',
 'a_b.c1.d.e', 'fd00::1', '127.0.0.1',
 '[-5,0)', '[-5,0)', '[-5,0)', '[2025-01-01,2025-01-01]', '[2025-01-01 00:00,2025-01-01 00:00]',
 '[2025-01-01 00:00+00,2025-01-01 00:00+00]',
 '{[-5,0)}', '{[2025-01-01,2025-01-02)}',
 '日本:1');
INSERT INTO tb_sample (id) VALUES (7);

-- The rows as columns, as documents of jsonb and of json, and as documents that are stored.
CREATE VIEW v_column AS SELECT * FROM tb_sample;
CREATE VIEW v_sample AS
    SELECT s.id, jsonb_build_object(
        'id', s.id, 'label', s.label, 'variant', s.variant, 'folded', s.folded, 'fixed', s.fixed,
        'email', s.email, 'whole2', s.whole2, 'whole4', s.whole4, 'whole8', s.whole8,
        'exact', s.exact, 'real4', s.real4, 'real8', s.real8, 'amount', s.amount, 'flag', s.flag,
        'token', s.token, 'owner_id', s.owner_id, 'bytes', s.bytes, 'day', s.day,
        'clock', s.clock, 'offset_clock', s.offset_clock, 'local_stamp', s.local_stamp,
        'stamp', s.stamp, 'span', s.span, 'mood', s.mood, 'stage', s.stage, 'words', s.words,
        'numbers', s.numbers, 'exacts', s.exacts, 'moods', s.moods, 'days', s.days,
        'tags', s.tags, 'part_ids', s.part_ids, 'doc', s.doc, 'doc_text', s.doc_text,
        'address', s.address, 'network', s.network, 'mac', s.mac, 'mac8', s.mac8,
        'path', s.path, 'peer', s.peer, 'uplink', s.uplink,
        'int_range', s.int_range, 'big_range', s.big_range, 'exact_range', s.exact_range,
        'day_range', s.day_range, 'local_range', s.local_range, 'stamp_range', s.stamp_range,
        'int_ranges', s.int_ranges, 'day_ranges', s.day_ranges, 'lexemes', s.lexemes) AS data
    FROM tb_sample s;
CREATE VIEW v_text AS
    SELECT s.id, json_build_object(
        'id', s.id, 'label', s.label, 'variant', s.variant, 'folded', s.folded, 'fixed', s.fixed,
        'email', s.email, 'whole2', s.whole2, 'whole4', s.whole4, 'whole8', s.whole8,
        'exact', s.exact, 'real4', s.real4, 'real8', s.real8, 'amount', s.amount, 'flag', s.flag,
        'token', s.token, 'owner_id', s.owner_id, 'bytes', s.bytes, 'day', s.day,
        'clock', s.clock, 'offset_clock', s.offset_clock, 'local_stamp', s.local_stamp,
        'stamp', s.stamp, 'span', s.span, 'mood', s.mood, 'stage', s.stage, 'words', s.words,
        'numbers', s.numbers, 'exacts', s.exacts, 'moods', s.moods, 'days', s.days,
        'tags', s.tags, 'part_ids', s.part_ids, 'doc', s.doc, 'doc_text', s.doc_text,
        'address', s.address, 'network', s.network, 'mac', s.mac, 'mac8', s.mac8,
        'path', s.path, 'peer', s.peer, 'uplink', s.uplink,
        'int_range', s.int_range, 'big_range', s.big_range, 'exact_range', s.exact_range,
        'day_range', s.day_range, 'local_range', s.local_range, 'stamp_range', s.stamp_range,
        'int_ranges', s.int_ranges, 'day_ranges', s.day_ranges, 'lexemes', s.lexemes) AS data
    FROM tb_sample s;
CREATE TABLE tv_sample AS SELECT id, data FROM v_sample;
ALTER TABLE tv_sample ADD PRIMARY KEY (id);
