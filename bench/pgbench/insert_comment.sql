\set i random(1, 100000)
INSERT INTO tb_comment (pk_comment, id, fk_post, fk_user, content, created_at)
VALUES (nextval('seq_post'), gen_random_uuid(), :i, 1, 'A comment that somebody has just typed.', now());
