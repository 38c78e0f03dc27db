SELECT r."contact", r."port"
FROM (SELECT t."contact", t."port" FROM "public"."v_service" AS t WHERE t."contact" LIKE $1::text ORDER BY t."id" LIMIT 100) AS r;
