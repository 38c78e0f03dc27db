SELECT r."id"
FROM (SELECT t."id" FROM (SELECT u.id AS "id" FROM public.users u) AS t WHERE t."id" = $1::uuid LIMIT 1) AS r;
