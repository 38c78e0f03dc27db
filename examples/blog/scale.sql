-- A large blog to measure with: 10,000 people, 100,000 posts, 500,000 comments. Under a minute.

SELECT generate_blog(10000, 100000, 500000);
DROP FUNCTION generate_blog;
ANALYZE;
