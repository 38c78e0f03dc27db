SELECT (SELECT coalesce(json_agg(json_build_object('id', r."id"::text)), '[]'::json)
FROM (SELECT t."id" FROM "public"."v_ticket" AS t WHERE t."estimate" IS NULL ORDER BY t."id" LIMIT 100) AS r),
       (SELECT coalesce(json_agg(json_build_object('id', r."id"::text)), '[]'::json)
FROM (SELECT t."id" FROM "public"."v_ticket" AS t WHERE t."estimate" IS NOT NULL ORDER BY t."id" LIMIT 100) AS r);
