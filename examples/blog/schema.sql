-- The tables of the blog: where writes go. Clients never see them; they read the views.

CREATE TYPE user_status AS ENUM ('invited', 'active', 'suspended');
COMMENT ON TYPE user_status IS 'Whether a person can sign in.';

CREATE TYPE post_status AS ENUM ('draft', 'published', 'archived');
COMMENT ON TYPE post_status IS 'Where a post is in its life.';

CREATE TABLE users (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email      text NOT NULL UNIQUE CHECK (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'),
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    bio        text,
    status     user_status NOT NULL DEFAULT 'invited',
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN users.email IS 'The address that the person signs in with.';
COMMENT ON COLUMN users.bio IS 'A few words about the person, in their own words.';

CREATE TABLE posts (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id    uuid NOT NULL REFERENCES users,
    title      text NOT NULL CHECK (length(title) BETWEEN 3 AND 200),
    content    text NOT NULL,
    tags       text[] NOT NULL DEFAULT '{}',
    status     post_status NOT NULL DEFAULT 'draft',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN posts.tags IS 'What the post is about, in lower case.';

CREATE TABLE comments (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    post_id    uuid NOT NULL REFERENCES posts ON DELETE CASCADE,
    user_id    uuid NOT NULL REFERENCES users,
    content    text NOT NULL CHECK (content <> ''),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- What happened, in order; functions append to it in the transaction that made it happen.
CREATE TABLE events (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    aggregate_id   uuid NOT NULL,
    aggregate_type text NOT NULL,
    event_type     text NOT NULL,
    payload        jsonb NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now()
);

-- A number per bounded context that moves with every write, so that caches know they are old.
CREATE TABLE cache_versions (
    context text PRIMARY KEY,
    version bigint NOT NULL
);

CREATE INDEX idx_posts_user_created ON posts (user_id, created_at DESC);
CREATE INDEX idx_posts_published ON posts (created_at DESC) WHERE status = 'published';
CREATE INDEX idx_posts_tags ON posts USING gin (tags);
CREATE INDEX idx_comments_user ON comments (user_id);
CREATE INDEX idx_comments_post_user ON comments (post_id, user_id);
CREATE INDEX idx_events_aggregate ON events (aggregate_id, id);
