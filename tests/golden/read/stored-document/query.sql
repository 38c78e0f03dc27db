SELECT r."data"
FROM (SELECT t."data" FROM "public"."tv_profile" AS t ORDER BY t."id" LIMIT 100) AS r;
