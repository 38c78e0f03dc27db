SELECT coalesce(json_agg(json_build_object('id', r."id", 'email', r."email")), '[]'::json)
FROM (SELECT t."id", t."email" FROM (SELECT u.id AS "id", u.email AS "email" FROM public.users u) AS t ORDER BY t."id" LIMIT 2) AS r;
