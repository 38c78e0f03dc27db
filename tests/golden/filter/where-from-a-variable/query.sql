SELECT r."title"
FROM (SELECT t."title" FROM "public"."v_ticket" AS t WHERE t."priority" = $1::"public"."priority" AND t."watchers" @> $2::int4[] ORDER BY t."id" LIMIT 100) AS r;
