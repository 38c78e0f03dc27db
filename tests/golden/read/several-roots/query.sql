SELECT (SELECT coalesce(json_agg(json_build_object('id', r."id")), '[]'::json)
FROM (SELECT t."id" FROM (SELECT p.id AS "id" FROM public.posts p JOIN public.v_user author ON ((author.id = p.user_id))) AS t ORDER BY t."id" LIMIT 1) AS r),
       (SELECT coalesce(json_agg(json_build_object('id', r."id")), '[]'::json)
FROM (SELECT t."id" FROM (SELECT p.id AS "id" FROM public.posts p JOIN public.v_user author ON ((author.id = p.user_id))) AS t ORDER BY t."id" LIMIT 1 OFFSET $1::int8) AS r);
