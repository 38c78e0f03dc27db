SELECT r."id"::text
FROM (SELECT t."id" FROM "public"."v_ticket" AS t WHERE t."title" LIKE $1::text ORDER BY t."id" LIMIT 100) AS r;
