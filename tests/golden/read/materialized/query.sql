SELECT to_json(r."date"), r."data"->'total_users', r."data"->'avg_comments_per_post'
FROM (SELECT t."date", t."data" FROM "public"."mv_dashboard_stats" AS t ORDER BY t."date" LIMIT 1) AS r;
