SELECT json_agg(json_build_object('id',r.data->'id','name',r.data->'name','email',r.data->'email')) FROM (SELECT data FROM v_user_with_stats_lateral ORDER BY created_at DESC, id DESC LIMIT 100) r;
