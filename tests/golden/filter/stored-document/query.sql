SELECT r."data"->>'id'
FROM (SELECT t."data" FROM "public"."tv_profile" AS t WHERE (t."data"->'address'->>'city')::text = $1::text AND NOT EXISTS (SELECT FROM jsonb_array_elements(CASE jsonb_typeof(t."data"->'visits') WHEN 'array' THEN t."data"->'visits' END) AS item WHERE ((item.value->>'seconds')::int4 < $2::int4) IS NOT TRUE) ORDER BY t."id" LIMIT 100) AS r;
