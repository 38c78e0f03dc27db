-- The benchmark's views, projection tables and its one function.
SET client_min_messages = warning;
-- v_user: plain columns for filtering/ordering beside the JSONB `data`
CREATE VIEW v_user AS
SELECT u.pk_user, u.id, u.email, u.status, u.created_at,
  jsonb_build_object('id',u.id,'username',u.username,'email',u.email,'name',u.name,'bio',u.bio,
    'avatar_url',u.avatar_url,'country',u.country,'status',u.status,
    'created_at',u.created_at,'updated_at',u.updated_at) AS data
FROM tb_user u;

CREATE VIEW v_post AS
SELECT p.pk_post, p.id, p.fk_user, p.status, p.category, p.created_at,
  jsonb_build_object('id',p.id,'title',p.title,'slug',p.slug,'excerpt',p.excerpt,'content',p.content,
    'category',p.category,'status',p.status,'tags',to_jsonb(p.tags),'view_count',p.view_count,
    'created_at',p.created_at,'updated_at',p.updated_at,
    'author', jsonb_build_object('id',u.id,'username',u.username,'name',u.name,'email',u.email,'avatar_url',u.avatar_url)) AS data
FROM tb_post p JOIN tb_user u ON u.pk_user = p.fk_user;

CREATE VIEW v_post_with_comments AS
SELECT p.pk_post, p.id, p.fk_user, p.status, p.created_at,
  jsonb_build_object('id',p.id,'title',p.title,'excerpt',p.excerpt,'created_at',p.created_at,
    'comments', coalesce((
       SELECT jsonb_agg(jsonb_build_object('id',c.id,'content',c.content,'created_at',c.created_at,
                'author', jsonb_build_object('id',cu.id,'name',cu.name)) ORDER BY c.created_at DESC)
       FROM tb_comment c JOIN tb_user cu ON cu.pk_user = c.fk_user WHERE c.fk_post = p.pk_post), '[]')) AS data
FROM tb_post p;

-- A user with posts and their comments, whole lists: requests cut them
CREATE VIEW v_user_with_posts AS
SELECT u.pk_user, u.id,
  jsonb_build_object('id',u.id,'name',u.name,
    'posts', coalesce((
       SELECT jsonb_agg(jsonb_build_object('id',p.id,'title',p.title,'created_at',p.created_at,
                'comments', coalesce((
                   SELECT jsonb_agg(jsonb_build_object('id',c.id,'content',c.content) ORDER BY c.created_at DESC)
                   FROM tb_comment c WHERE c.fk_post = p.pk_post), '[]')) ORDER BY p.created_at DESC)
       FROM tb_post p WHERE p.fk_user = u.pk_user), '[]')) AS data
FROM tb_user u;

-- Stats by joins that multiply and DISTINCT counts, as such views are often written
CREATE VIEW v_user_with_stats AS
SELECT u.id, u.email, u.created_at,
  jsonb_build_object('id',u.id,'email',u.email,'name',u.name,
    'stats', jsonb_build_object(
       'post_count', COUNT(DISTINCT p.pk_post),
       'comment_count', COUNT(DISTINCT c.pk_comment),
       'last_activity', MAX(GREATEST(p.created_at, c.created_at))),
    'recent_posts', (SELECT jsonb_agg(jsonb_build_object('id',rp.id,'title',rp.title,'created_at',rp.created_at) ORDER BY rp.created_at DESC)
       FROM (SELECT * FROM tb_post WHERE fk_user = u.pk_user ORDER BY created_at DESC LIMIT 5) rp)) AS data
FROM tb_user u
LEFT JOIN tb_post p ON p.fk_user = u.pk_user
LEFT JOIN tb_comment c ON c.fk_user = u.pk_user
GROUP BY u.pk_user;

-- Same document, without the join fan-out
CREATE VIEW v_user_with_stats_lateral AS
SELECT u.id, u.email, u.created_at,
  jsonb_build_object('id',u.id,'email',u.email,'name',u.name,
    'stats', jsonb_build_object('post_count', ps.n, 'comment_count', cs.n, 'last_activity', GREATEST(ps.m, cs.m)),
    'recent_posts', (SELECT jsonb_agg(jsonb_build_object('id',rp.id,'title',rp.title,'created_at',rp.created_at) ORDER BY rp.created_at DESC)
       FROM (SELECT id,title,created_at FROM tb_post WHERE fk_user = u.pk_user ORDER BY created_at DESC LIMIT 5) rp)) AS data
FROM tb_user u
CROSS JOIN LATERAL (SELECT count(*) n, max(created_at) m FROM tb_post WHERE fk_user = u.pk_user) ps
CROSS JOIN LATERAL (SELECT count(*) n, max(created_at) m FROM tb_comment WHERE fk_user = u.pk_user) cs;

-- Table view: precomputed documents of about 2.5-3.5 kB (20 top-level keys)
CREATE TABLE tv_user_profile (id uuid PRIMARY KEY, pk_user bigint NOT NULL UNIQUE, data jsonb NOT NULL, updated_at timestamptz NOT NULL DEFAULT '2025-01-01');
INSERT INTO tv_user_profile(id, pk_user, data)
SELECT u.id, u.pk_user, jsonb_build_object(
  'id',u.id,'username',u.username,'email',u.email,'name',u.name,'bio',u.bio,'avatar_url',u.avatar_url,
  'country',u.country,'status',u.status,'created_at',u.created_at,'updated_at',u.updated_at,
  'website','https://'||u.username||'.example.com','city','Lyon','locale','fr-FR','timezone','Europe/Paris',
  'post_count',(SELECT count(*) FROM tb_post p WHERE p.fk_user=u.pk_user),
  'comment_count',(SELECT count(*) FROM tb_comment c WHERE c.fk_user=u.pk_user),
  'stats', jsonb_build_object('followers',u.pk_user%1000,'following',u.pk_user%300,'likes',u.pk_user%5000,'score',round((u.pk_user%100)/7.0,2)),
  'preferences', jsonb_build_object('theme','dark','email_notifications',true,'digest','weekly','beta',false),
  'recent_posts',(SELECT jsonb_agg(jsonb_build_object('id',rp.id,'title',rp.title,'excerpt',rp.excerpt,'created_at',rp.created_at) ORDER BY rp.created_at DESC)
     FROM (SELECT * FROM tb_post p WHERE p.fk_user=u.pk_user ORDER BY created_at DESC LIMIT 4) rp),
  'recent_comments',(SELECT jsonb_agg(jsonb_build_object('id',rc.id,'content',rc.content,'created_at',rc.created_at) ORDER BY rc.created_at DESC)
     FROM (SELECT * FROM tb_comment c WHERE c.fk_user=u.pk_user ORDER BY created_at DESC LIMIT 3) rc))
FROM tb_user u ORDER BY pk_user;

COMMENT ON TABLE tv_user_profile IS 'What a profile page shows.
@field id uuid
@field name text
@field email text
@field bio text
@field post_count bigint';

-- Table view of posts, filtered by a jsonb field
CREATE TABLE tv_stored_post (id uuid PRIMARY KEY, created_at timestamptz NOT NULL, data jsonb NOT NULL);
INSERT INTO tv_stored_post SELECT id, created_at, data - 'content' FROM v_post ORDER BY pk_post;
CREATE INDEX tv_post_cat     ON tv_stored_post ((data->>'category'), created_at DESC);
CREATE INDEX tv_post_created ON tv_stored_post (created_at DESC);
CREATE INDEX tv_post_gin     ON tv_stored_post USING gin (data jsonb_path_ops);

COMMENT ON TABLE tv_stored_post IS 'A post as it was stored.
@field id uuid
@field title text
@field excerpt text
@field category text
@field view_count bigint';

CREATE MATERIALIZED VIEW mv_dashboard_stats AS
SELECT date_trunc('day', p.created_at) AS date,
  jsonb_build_object('total_users',COUNT(DISTINCT p.fk_user),'total_posts',COUNT(*),'total_comments',SUM(p.cnt),
    'avg_comments_per_post',AVG(p.cnt)::numeric(10,2)) AS data
FROM (SELECT p.fk_user, p.created_at, (SELECT count(*) FROM tb_comment c WHERE c.fk_post=p.pk_post) AS cnt FROM tb_post p) p
GROUP BY 1;
CREATE UNIQUE INDEX ON mv_dashboard_stats(date);

-- Writes a post, an event, and moves the version of its context
CREATE FUNCTION fn_create_post(p_user_id uuid, p_title text, p_content text, p_tags text[] DEFAULT '{}') RETURNS uuid AS $$
DECLARE v_post_id uuid; v_pk bigint;
BEGIN
  SELECT pk_user INTO v_pk FROM tb_user WHERE id = p_user_id AND status = 'active';
  IF v_pk IS NULL THEN RAISE EXCEPTION 'User not found or inactive' USING ERRCODE = 'P0001'; END IF;
  IF length(p_title) < 3 THEN RAISE EXCEPTION 'Title too short' USING ERRCODE = 'P0002'; END IF;
  INSERT INTO tb_post(pk_post,id,fk_user,title,slug,excerpt,content,category,status,tags,view_count,created_at,updated_at)
  VALUES (nextval('seq_post'), gen_random_uuid(), v_pk, p_title, 'slug', left(p_content,100), p_content, 'new', 'draft', p_tags, 0, now(), now())
  RETURNING id INTO v_post_id;
  INSERT INTO tb_event(aggregate_id,aggregate_type,event_type,payload)
  VALUES (v_post_id,'post','post_created', jsonb_build_object('user_id',p_user_id,'title',p_title,'tags',p_tags));
  UPDATE tb_cache_version SET version = version + 1 WHERE context = 'posts';
  RETURN v_post_id;
END $$ LANGUAGE plpgsql;
