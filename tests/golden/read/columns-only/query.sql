SELECT r."id", r."email"
FROM (SELECT t."id", t."email" FROM (SELECT u.id AS "id", u.email AS "email" FROM public.users u) AS t ORDER BY t."id" LIMIT 2) AS r;
