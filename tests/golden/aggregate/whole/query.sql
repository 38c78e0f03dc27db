SELECT (SELECT coalesce(json_agg(json_build_object('count', r.c0, 'countDistinct', json_build_object('userId', r.c1), 'min', json_build_object('createdAt', r.c2), 'max', json_build_object('createdAt', r.c3))), '[]'::json)
FROM (SELECT count(*) AS c0, count(DISTINCT t."user_id") AS c1, min(t."created_at") AS c2, max(t."created_at") AS c3 FROM (SELECT p.user_id AS "user_id", p.created_at AS "created_at" FROM public.posts p JOIN public.v_user author ON ((author.id = p.user_id))) AS t LIMIT 100) AS r),
       (SELECT coalesce(json_agg(json_build_object('count', r.c0, 'sum', json_build_object('estimate', r.c1), 'avg', json_build_object('estimate', r.c2))), '[]'::json)
FROM (SELECT count(*) AS c0, sum(t."estimate") AS c1, avg(t."estimate") AS c2 FROM "public"."v_ticket" AS t LIMIT 100) AS r);
