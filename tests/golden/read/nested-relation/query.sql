SELECT r."title", r."author.name", to_json(r."tags")
FROM (SELECT t."title", t."author.name", t."tags" FROM (SELECT p.id AS "id", p.title AS "title", "author"."data.name" AS "author.name", p.tags AS "tags" FROM public.posts p JOIN (SELECT u.name AS "data.name", u.id AS "id" FROM public.users u) AS "author" ON ((author.id = p.user_id))) AS t ORDER BY t."id" LIMIT 2 OFFSET $1::int8) AS r;
