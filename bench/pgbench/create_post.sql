\set i random(1, 10000)
SELECT fn_create_post(md5('user:' || (((:i - 1) / 50) * 50 + 1)::text)::uuid, 'A new post title', 'Content of the new post, two hundred characters or so, typed by a person.', '{a,b}');
