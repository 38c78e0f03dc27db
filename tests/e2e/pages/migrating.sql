-- What docs/migrating.md stands on: tables as another server would have exposed them.
CREATE TABLE album (
    id int PRIMARY KEY, artist text NOT NULL, title text NOT NULL, year int NOT NULL);
CREATE TABLE track (
    id int PRIMARY KEY, album_id int NOT NULL REFERENCES album, title text NOT NULL,
    seconds int NOT NULL);
INSERT INTO album VALUES
    (1, 'Miles Davis', 'Kind of Blue', 1959), (2, 'Miles Davis', 'Bitches Brew', 1970),
    (3, 'Dave Brubeck', 'Time Out', 1959), (4, 'Can', 'Tago Mago', 1971);
INSERT INTO track VALUES
    (1, 1, 'So What', 562), (2, 2, 'Pharaoh''s Dance', 1205), (3, 2, 'Sanctuary', 655),
    (4, 3, 'Take Five', 324), (5, 4, 'Halleluhwah', 1109), (6, 4, 'Peking O', 695);
CREATE FUNCTION whoami() RETURNS text STABLE LANGUAGE sql
RETURN current_setting('jwt.claims.user_id', true);
COMMENT ON FUNCTION whoami IS '@expose';
