-- What docs/reading.md stands on.
CREATE TABLE tv_profile (id uuid PRIMARY KEY, data jsonb NOT NULL);
