SELECT to_json(r."status")
FROM (SELECT t."status" FROM (SELECT p.id AS "id", p.status AS "status" FROM public.posts p JOIN public.v_user author ON ((author.id = p.user_id))) AS t ORDER BY t."id" LIMIT 1) AS r;
