-- A small blog to look around in: 50 people, 300 posts, 1,200 comments.

SELECT generate_blog(50, 300, 1200);
DROP FUNCTION generate_blog;
ANALYZE;
