SELECT coalesce(json_agg(json_build_object('date', r."date", 'totalUsers', r."data"->'total_users', 'avgCommentsPerPost', r."data"->'avg_comments_per_post')), '[]'::json)
FROM (SELECT t."date", t."data" FROM "public"."mv_dashboard_stats" AS t ORDER BY t."date" LIMIT 1) AS r;
