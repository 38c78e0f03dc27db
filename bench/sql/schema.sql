-- The benchmark's tables: 10k users, 100k posts, 500k comments, the same rows each time.
SET client_min_messages = warning;

CREATE TABLE tb_user (
  pk_user    bigint PRIMARY KEY,
  id         uuid NOT NULL UNIQUE,
  username   text NOT NULL UNIQUE,
  email      text NOT NULL,
  name       text NOT NULL,
  bio        text NOT NULL,
  avatar_url text NOT NULL,
  country    text NOT NULL,
  status     text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE TABLE tb_post (
  pk_post    bigint PRIMARY KEY,
  id         uuid NOT NULL,
  fk_user    bigint NOT NULL,
  title      text NOT NULL,
  slug       text NOT NULL,
  excerpt    text NOT NULL,
  content    text NOT NULL,
  category   text NOT NULL,
  status     text NOT NULL,
  tags       text[] NOT NULL,
  view_count int NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE TABLE tb_comment (
  pk_comment bigint PRIMARY KEY,
  id         uuid NOT NULL,
  fk_post    bigint NOT NULL,
  fk_user    bigint NOT NULL,
  content    text NOT NULL,
  created_at timestamptz NOT NULL
);

-- Sentence pool: 4096 deterministic sentences, some with quotes, apostrophes, UTF-8.
CREATE UNLOGGED TABLE gen_word AS
SELECT row_number() OVER () - 1 AS n, w FROM unnest(string_to_array(
 'the,of,and,a,to,in,is,that,for,it,as,was,with,be,by,on,not,this,are,or,from,at,which,but,have,an,had,they,you,were,their,one,all,we,can,her,has,there,been,if,more,when,will,would,who,so,query,index,table,view,server,latency,request,response,cache,planner,schema,resolver,mutation,field,type,object,column,row,join,lateral,aggregate,database,transaction,snapshot,connection,pool,throughput,benchmark,release,team,project,customer,invoice,café,naïve,doesn''t,it''s,"quoted",design,review,pattern,measure,result,simple,fast,slow,large,small,nested,author,comment,network,memory,storage,replica,backup,deploy,monitor,alert,metric,trace,log,event,queue,worker,thread,socket,protocol,binary,text,json',
 ',')) AS w;
CREATE UNLOGGED TABLE gen_sentence AS
SELECT s AS n, (SELECT upper(left(x,1)) || substr(x,2) || '.' FROM (
          SELECT string_agg(w.w, ' ' ORDER BY k) AS x
          FROM generate_series(1, 8 + (hashint4(s) & 7)) k
          JOIN gen_word w ON w.n = (hashint4(s*1000+k)::bigint & 2147483647) % (SELECT count(*) FROM gen_word)) q) AS t
FROM generate_series(0,4095) s;
CREATE UNIQUE INDEX ON gen_sentence(n);
ANALYZE gen_sentence;
CREATE FUNCTION gen_text(seed int, k int) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE r text; x text;
BEGIN  -- one index lookup per sentence
  FOR i IN 1..k LOOP
    SELECT t INTO x FROM gen_sentence WHERE n = (hashint4(seed*31+i)::bigint & 4095);
    r := CASE WHEN i = 1 THEN x WHEN i % 4 = 0 THEN r || E'\n\n' || x ELSE r || ' ' || x END;
  END LOOP;
  RETURN r;
END $$;

INSERT INTO tb_user
SELECT i, md5('user:'||i)::uuid, 'user_'||i, 'user'||i||'@example.com',
       (ARRAY['Ada','Grace','Alan','Edsger','Barbara','Donald','Frances','Ken','Margaret','Dennis'])[1+i%10] || ' ' ||
       (ARRAY['Lovelace','Hopper','Turing','Dijkstra','Liskov','Knuth','Allen','Thompson','Hamilton','Ritchie','Müller'])[1+(i/10)%11],
       gen_text(i, 3), 'https://cdn.example.com/avatars/'||md5('a'||i)||'.png',
       (ARRAY['FR','US','DE','JP','BR','IN','GB','CA'])[1+i%8],
       CASE WHEN i % 50 = 0 THEN 'suspended' ELSE 'active' END,
       timestamptz '2023-01-01 00:00:00+00' + i * interval '1 hour' + (i%977) * interval '1.001 second',
       timestamptz '2024-06-01 00:00:00+00' + i * interval '7 minutes'
FROM generate_series(1,10000) i;

INSERT INTO tb_post
SELECT i, md5('post:'||i)::uuid, 1 + (i % 10000),
       rtrim(left((SELECT t FROM gen_sentence WHERE n = (hashint4(i)::bigint & 4095)), 70), '.'),
       'post-'||i||'-'||left(md5('s'||i),8),
       gen_text(i+500000, 2), gen_text(i+1000000, 9),
       'cat_'||lpad(((hashint4(i+7)::bigint & 2147483647) % 50)::text, 2, '0'),
       CASE WHEN i % 10 = 3 THEN 'draft' WHEN i % 10 = 7 THEN 'archived' ELSE 'published' END,
       ARRAY['tag'||(i%20), 'tag'||(i%37), 'tag'||(i%53)],
       (hashint4(i)::bigint & 65535)::int,
       timestamptz '2024-01-01 00:00:00+00' + ((i::bigint * 7919) % 100003) * interval '5 minutes' + (i%1000) * interval '0.001 second',
       timestamptz '2025-01-01 00:00:00+00' + i * interval '1 minute'
FROM generate_series(1,100000) i;

INSERT INTO tb_comment
SELECT i, md5('comment:'||i)::uuid, 1 + (i % 100000), 1 + ((i::bigint*7919) % 10000),
       gen_text(i+3000000, 2),
       timestamptz '2025-01-01 00:00:00+00' + ((i::bigint * 104729) % 500009) * interval '1 minute'
FROM generate_series(1,500000) i;

CREATE UNIQUE INDEX tb_post_id        ON tb_post(id);
CREATE INDEX tb_post_user_created     ON tb_post(fk_user, created_at DESC);
CREATE INDEX tb_post_status_created   ON tb_post(status, created_at DESC);
CREATE INDEX tb_post_category_created ON tb_post(category, created_at DESC);
CREATE UNIQUE INDEX tb_comment_id     ON tb_comment(id);
CREATE INDEX tb_comment_post_created  ON tb_comment(fk_post, created_at DESC);
CREATE INDEX tb_comment_user          ON tb_comment(fk_user);
ALTER TABLE tb_post    ADD CONSTRAINT tb_post_fk_user_fkey    FOREIGN KEY (fk_user) REFERENCES tb_user(pk_user);
ALTER TABLE tb_comment ADD CONSTRAINT tb_comment_fk_post_fkey FOREIGN KEY (fk_post) REFERENCES tb_post(pk_post);
ALTER TABLE tb_comment ADD CONSTRAINT tb_comment_fk_user_fkey FOREIGN KEY (fk_user) REFERENCES tb_user(pk_user);
DROP FUNCTION gen_text; DROP TABLE gen_word;
-- identity for the mutation workload starts above the generated rows
CREATE SEQUENCE seq_post START 1000001;
CREATE TABLE tb_event (
  pk_event bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  aggregate_id uuid NOT NULL, aggregate_type text NOT NULL, event_type text NOT NULL,
  payload jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE tb_cache_version (context text PRIMARY KEY, version bigint NOT NULL);
INSERT INTO tb_cache_version VALUES ('posts', 0), ('users', 0);
DROP TABLE gen_sentence;
