\set i random(10, 49)
SELECT json_agg(json_build_object('id',data->'id','title',data->'title','excerpt',data->'excerpt','viewCount',data->'view_count')) FROM (SELECT data FROM tv_stored_post WHERE data->>'category'='cat_'||:i::text ORDER BY created_at DESC LIMIT 100) q;
