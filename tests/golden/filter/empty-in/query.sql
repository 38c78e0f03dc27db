SELECT (SELECT coalesce(json_agg(json_build_object('id', r."id"::text)), '[]'::json)
FROM (SELECT t."id" FROM "public"."v_ticket" AS t WHERE t."id" = ANY($1::int4[]) ORDER BY t."id" LIMIT 100) AS r),
       (SELECT coalesce(json_agg(json_build_object('id', r."id"::text)), '[]'::json)
FROM (SELECT t."id" FROM "public"."v_ticket" AS t WHERE t."id" <> ALL($2::int4[]) ORDER BY t."id" LIMIT 100) AS r);
