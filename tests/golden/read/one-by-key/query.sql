SELECT r."id", r."name", r."email"
FROM (SELECT t."id", t."name", t."email" FROM (SELECT u.id AS "id", u.name AS "name", u.email AS "email" FROM public.users u) AS t WHERE t."id" = $1::uuid LIMIT 1) AS r;
