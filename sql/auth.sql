-- Users, passwords and sessions: `fraiseql db install auth`, then `fraiseql serve` with a session
-- key (docs/security.md). Running it again changes nothing that is stored.
--
-- Of tokens, only SHA-256 hashes are stored; of passwords, Argon2id hashes that the server makes.
-- The server's role may call what the GRANTs at the end list and reads no table. Whoever sends the
-- mails calls auth.claim_messages, as a role of its own.

CREATE SCHEMA IF NOT EXISTS auth;

CREATE TABLE IF NOT EXISTS auth.tb_user (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email         text NOT NULL UNIQUE CHECK (email = lower(btrim(email)) AND email <> ''),
    name          text,
    password_hash text,
    tenant_id     text NOT NULL DEFAULT '',
    roles         text[] NOT NULL DEFAULT '{}',
    permissions   text[] NOT NULL DEFAULT '{}',
    claims        jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(claims) = 'object'),
    is_active     boolean NOT NULL DEFAULT true,
    is_pending    boolean NOT NULL DEFAULT false,
    not_before    timestamptz NOT NULL DEFAULT '-infinity',
    created_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN auth.tb_user.password_hash IS 'NULL: the user cannot sign in with a password.';
COMMENT ON COLUMN auth.tb_user.claims IS 'Further claims of the user''s access tokens.';
COMMENT ON COLUMN auth.tb_user.is_pending IS 'Registered, but the address is not verified yet.';
COMMENT ON COLUMN auth.tb_user.not_before IS 'Sessions from before this moment are over.';

CREATE TABLE IF NOT EXISTS auth.tb_session (
    id           uuid PRIMARY KEY,
    user_id      uuid REFERENCES auth.tb_user ON DELETE SET NULL,
    token_hash   bytea NOT NULL UNIQUE,
    user_agent   text NOT NULL DEFAULT '',
    address      text NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_used_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    revoked_for  text
);
COMMENT ON TABLE auth.tb_session IS 'A sign-in and what follows from it: the family of its refresh tokens.';
COMMENT ON COLUMN auth.tb_session.token_hash IS 'Of the refresh token that is valid now.';
CREATE INDEX IF NOT EXISTS tb_session_user_id ON auth.tb_session (user_id);
CREATE INDEX IF NOT EXISTS tb_session_revoked_at ON auth.tb_session (revoked_at)
    WHERE revoked_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS auth.tb_used_refresh_token (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES auth.tb_session ON DELETE CASCADE,
    used_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE auth.tb_used_refresh_token IS 'Whoever shows one of these has stolen it, or was robbed of it.';
CREATE INDEX IF NOT EXISTS tb_used_refresh_token_session_id ON auth.tb_used_refresh_token (session_id);

CREATE TABLE IF NOT EXISTS auth.tb_mailed_token (
    token_hash bytea PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES auth.tb_user ON DELETE CASCADE,
    purpose    text NOT NULL CHECK (purpose IN ('password_reset', 'verification')),
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE auth.tb_mailed_token IS 'Tokens that prove control of an address; used ones are gone.';
CREATE INDEX IF NOT EXISTS tb_mailed_token_user_id ON auth.tb_mailed_token (user_id);

CREATE TABLE IF NOT EXISTS auth.tb_message (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          text NOT NULL CHECK (kind IN ('password_reset', 'verification', 'registered_again')),
    user_id       uuid REFERENCES auth.tb_user ON DELETE CASCADE,
    created_at    timestamptz NOT NULL DEFAULT now(),
    claimed_until timestamptz NOT NULL DEFAULT '-infinity'
);
COMMENT ON TABLE auth.tb_message IS 'Mails to be sent. Without a user there is nobody to send it to.';

CREATE TABLE IF NOT EXISTS auth.tb_attempt (
    kind         text NOT NULL,
    subject      text NOT NULL,
    failures     integer NOT NULL,
    last_at      timestamptz NOT NULL,
    locked_until timestamptz NOT NULL,
    PRIMARY KEY (kind, subject)
);
COMMENT ON TABLE auth.tb_attempt IS 'Attempts that did not succeed, by account and by address.';

-- Sessions end with what ends their user, whoever changes it.
CREATE OR REPLACE FUNCTION auth.follow_user() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE auth.tb_session SET revoked_at = clock_timestamp(), revoked_for = 'user'
    WHERE user_id = OLD.id AND revoked_at IS NULL
          AND (TG_OP = 'DELETE' OR NOT NEW.is_active OR created_at < NEW.not_before);
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE OR REPLACE TRIGGER follow_update BEFORE UPDATE OF is_active, not_before ON auth.tb_user
    FOR EACH ROW EXECUTE FUNCTION auth.follow_user();
CREATE OR REPLACE TRIGGER follow_delete BEFORE DELETE ON auth.tb_user
    FOR EACH ROW EXECUTE FUNCTION auth.follow_user();

-- Servers listen: access tokens of a revoked session are refused at once.
CREATE OR REPLACE FUNCTION auth.announce() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_notify('fraiseql_auth', '');
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER announce AFTER UPDATE OF revoked_at ON auth.tb_session
    FOR EACH STATEMENT EXECUTE FUNCTION auth.announce();

-- Counts an attempt before it is known how it ends, so that many at once are counted, too. Returns
-- the seconds that are left to wait; 0: go ahead. After p_free attempts the wait doubles each time,
-- up to 15 minutes; a day without attempts is a new start.
CREATE OR REPLACE FUNCTION auth.count_attempt(p_kind text, p_subject text, p_free integer)
RETURNS double precision LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_now      timestamptz := clock_timestamp();
    v_attempt  auth.tb_attempt;
    v_failures integer;
BEGIN
    IF p_subject = '' THEN
        RETURN 0;
    END IF;
    INSERT INTO auth.tb_attempt VALUES (p_kind, p_subject, 0, v_now, '-infinity')
    ON CONFLICT DO NOTHING;
    SELECT * INTO v_attempt FROM auth.tb_attempt
    WHERE kind = p_kind AND subject = p_subject FOR UPDATE;
    IF v_attempt.locked_until > v_now THEN
        RETURN extract(epoch FROM v_attempt.locked_until - v_now);
    END IF;
    v_failures := CASE WHEN v_attempt.last_at < v_now - interval '1 day' THEN 1
                       ELSE v_attempt.failures + 1 END;
    UPDATE auth.tb_attempt
    SET failures = v_failures, last_at = v_now,
        locked_until = CASE WHEN v_failures < p_free THEN '-infinity'
            ELSE v_now + make_interval(secs => least(2 ^ least(v_failures - p_free, 20), 900)) END
    WHERE kind = p_kind AND subject = p_subject;
    RETURN 0;
END $$;

CREATE OR REPLACE FUNCTION auth.normal_email(p_email text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT lower(btrim(p_email)) $$;

-- The claims of a user's access tokens; the server adds who issued it, when, and the session.
CREATE OR REPLACE FUNCTION auth.claims_of(p_user auth.tb_user) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_user.claims
           || jsonb_build_object('sub', p_user.id, 'roles', p_user.roles,
                                 'permissions', p_user.permissions)
           || CASE WHEN p_user.tenant_id = '' THEN '{}'::jsonb
                   ELSE jsonb_build_object('tenant_id', p_user.tenant_id) END
$$;

-- What a password has to be compared with, or how long to wait before the next attempt.
CREATE OR REPLACE FUNCTION auth.begin_sign_in(p_email text, p_address text)
RETURNS TABLE (retry_after double precision, user_id uuid, password_hash text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    retry_after := auth.count_attempt('address', p_address, 20);
    IF retry_after = 0 THEN
        retry_after := auth.count_attempt('account', auth.normal_email(p_email), 5);
    END IF;
    IF retry_after = 0 THEN
        SELECT u.id, u.password_hash INTO user_id, password_hash
        FROM auth.tb_user AS u WHERE u.email = auth.normal_email(p_email);
    END IF;
    RETURN NEXT;
END $$;

-- Starts a session, the password being right. Outcomes: signed_in, refused, disabled.
CREATE OR REPLACE FUNCTION auth.finish_sign_in(
    p_user_id uuid, p_verified_hash text, p_new_hash text, p_session_id uuid, p_token_hash bytea,
    p_lifetime interval, p_address text, p_user_agent text)
RETURNS TABLE (outcome text, claims text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_user auth.tb_user;
BEGIN
    SELECT * INTO v_user FROM auth.tb_user WHERE id = p_user_id FOR UPDATE;
    -- The password may have been changed while it was compared.
    IF v_user.password_hash IS DISTINCT FROM p_verified_hash OR v_user.password_hash IS NULL
       OR v_user.is_pending THEN
        outcome := 'refused';
        RETURN NEXT;
        RETURN;
    END IF;
    -- Of the address, only this attempt is forgiven: it may have guessed at other accounts.
    UPDATE auth.tb_attempt SET failures = failures - 1
    WHERE kind = 'address' AND subject = p_address AND failures > 0;
    DELETE FROM auth.tb_attempt WHERE kind = 'account' AND subject = v_user.email;
    IF NOT v_user.is_active THEN
        outcome := 'disabled';
        RETURN NEXT;
        RETURN;
    END IF;
    IF p_new_hash IS NOT NULL THEN
        UPDATE auth.tb_user SET password_hash = p_new_hash WHERE id = p_user_id;
    END IF;
    INSERT INTO auth.tb_session (id, user_id, token_hash, user_agent, address, expires_at)
    VALUES (p_session_id, p_user_id, p_token_hash, p_user_agent, p_address,
            clock_timestamp() + p_lifetime);
    outcome := 'signed_in';
    claims := auth.claims_of(v_user);
    RETURN NEXT;
END $$;

-- Exchanges a refresh token for the next one. Outcomes: refreshed, refused, and reused: somebody
-- shows a token that has been exchanged already, so the session is over for all who have one.
CREATE OR REPLACE FUNCTION auth.refresh(p_token_hash bytea, p_new_hash bytea, p_address text,
                                        p_user_agent text)
RETURNS TABLE (outcome text, session_id uuid, user_id uuid, claims text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_session auth.tb_session;
    v_user    auth.tb_user;
BEGIN
    outcome := 'refused';
    SELECT u.* INTO v_user FROM auth.tb_session AS s JOIN auth.tb_user AS u ON u.id = s.user_id
    WHERE s.token_hash = p_token_hash FOR SHARE OF u;
    -- Of two at once, the second waits here, and then finds no such token.
    SELECT * INTO v_session FROM auth.tb_session AS s WHERE s.token_hash = p_token_hash FOR UPDATE;
    IF NOT FOUND THEN
        SELECT s.* INTO v_session
        FROM auth.tb_used_refresh_token AS t JOIN auth.tb_session AS s ON s.id = t.session_id
        WHERE t.token_hash = p_token_hash FOR UPDATE OF s;
        IF FOUND THEN
            outcome := 'reused';
            session_id := v_session.id;
            user_id := v_session.user_id;
            UPDATE auth.tb_session AS s SET revoked_at = clock_timestamp(), revoked_for = 'reuse'
            WHERE s.id = v_session.id AND s.revoked_at IS NULL;
        END IF;
        RETURN NEXT;
        RETURN;
    END IF;
    IF v_user.id = v_session.user_id AND v_user.is_active AND v_session.revoked_at IS NULL
       AND v_session.expires_at > clock_timestamp() AND v_session.created_at >= v_user.not_before THEN
        INSERT INTO auth.tb_used_refresh_token (token_hash, session_id)
        VALUES (p_token_hash, v_session.id);
        UPDATE auth.tb_session AS s
        SET token_hash = p_new_hash, last_used_at = clock_timestamp(), address = p_address,
            user_agent = p_user_agent
        WHERE s.id = v_session.id;
        outcome := 'refreshed';
        session_id := v_session.id;
        user_id := v_session.user_id;
        claims := auth.claims_of(v_user);
    END IF;
    RETURN NEXT;
END $$;

-- Ends the session of an access token, or of a refresh token. Returns whose it was.
CREATE OR REPLACE FUNCTION auth.sign_out(p_session_id uuid, p_token_hash bytea)
RETURNS SETOF uuid LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE auth.tb_session SET revoked_at = clock_timestamp(), revoked_for = 'sign_out'
    WHERE (id = p_session_id OR token_hash = p_token_hash) AND revoked_at IS NULL
    RETURNING user_id
$$;

-- Ends one of a user's sessions; false where the user has no such session.
CREATE OR REPLACE FUNCTION auth.revoke_session(p_user_id uuid, p_session_id uuid)
RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH revoked AS (
        UPDATE auth.tb_session SET revoked_at = clock_timestamp(), revoked_for = 'revoked'
        WHERE id = p_session_id AND user_id = p_user_id AND revoked_at IS NULL RETURNING 1
    ) SELECT EXISTS (SELECT FROM revoked)
$$;

-- Ends all sessions of a user that began before a moment; of everybody, where the user is NULL.
CREATE OR REPLACE FUNCTION auth.revoke_all(p_user_id uuid, p_before timestamptz DEFAULT clock_timestamp())
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE auth.tb_user SET not_before = greatest(not_before, p_before)
    WHERE id = p_user_id OR p_user_id IS NULL
$$;

CREATE OR REPLACE FUNCTION auth.revoke_sessions(p_user_id uuid)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_user_id IS NOT NULL THEN
        PERFORM auth.revoke_all(p_user_id);
    END IF;
END $$;

-- Sessions that were revoked so lately that an access token of theirs may be valid still.
CREATE OR REPLACE FUNCTION auth.revoked_sessions(p_window interval)
RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT id FROM auth.tb_session
    WHERE revoked_at > clock_timestamp() - p_window AND last_used_at > clock_timestamp() - p_window
$$;

CREATE OR REPLACE FUNCTION auth.add_message(p_kind text, p_email text, p_user_id uuid)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- Nobody's mailbox is filled: from the third message on, each waits longer.
    IF auth.count_attempt('message', auth.normal_email(p_email), 3) = 0 THEN
        INSERT INTO auth.tb_message (kind, user_id) VALUES (p_kind, p_user_id);
        PERFORM pg_notify('fraiseql_auth_message', '');
    END IF;
END $$;

-- Registers a user. Nobody learns from it whether the address was known: its owner does, by mail.
-- Returns the seconds to wait where this address (of the network) registers too many.
CREATE OR REPLACE FUNCTION auth.register(p_email text, p_password_hash text, p_name text,
                                         p_address text, p_verified boolean)
RETURNS double precision
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_wait  double precision := auth.count_attempt('registration', p_address, 20);
    v_email text := auth.normal_email(p_email);
    v_user  auth.tb_user;
BEGIN
    IF v_wait > 0 THEN
        RETURN v_wait;
    END IF;
    INSERT INTO auth.tb_user (email, name, password_hash, is_pending)
    VALUES (v_email, p_name, p_password_hash, NOT p_verified)
    ON CONFLICT (email) DO NOTHING;
    IF FOUND THEN
        SELECT * INTO v_user FROM auth.tb_user WHERE email = v_email;
        PERFORM auth.add_message('verification', v_email, v_user.id);
        RETURN 0;
    END IF;
    SELECT * INTO v_user FROM auth.tb_user WHERE email = v_email FOR UPDATE;
    IF v_user.is_pending THEN
        -- The last one to register is the one whose password a new mail vouches for.
        UPDATE auth.tb_user SET name = p_name, password_hash = p_password_hash WHERE id = v_user.id;
        DELETE FROM auth.tb_mailed_token WHERE user_id = v_user.id;
        PERFORM auth.add_message('verification', v_email, v_user.id);
    ELSE
        PERFORM auth.add_message('registered_again', v_email, v_user.id);
    END IF;
    RETURN 0;
END $$;

-- Asks for a mail with a token. Does the same work for addresses that nobody has.
CREATE OR REPLACE FUNCTION auth.request_reset(p_email text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT auth.add_message('password_reset', p_email,
        (SELECT id FROM auth.tb_user WHERE email = auth.normal_email(p_email) AND is_active))
$$;

CREATE OR REPLACE FUNCTION auth.is_mailed_token(p_token_hash bytea, p_purpose text)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM auth.tb_mailed_token
                   WHERE token_hash = p_token_hash AND purpose = p_purpose AND expires_at > now())
$$;

-- Sets a password and ends all sessions. Returns whose it is; nothing where the token is not valid.
CREATE OR REPLACE FUNCTION auth.reset_password(p_token_hash bytea, p_password_hash text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_user_id uuid;
BEGIN
    DELETE FROM auth.tb_mailed_token
    WHERE token_hash = p_token_hash AND purpose = 'password_reset' AND expires_at > now()
    RETURNING user_id INTO v_user_id;
    IF v_user_id IS NULL THEN
        RETURN NULL;
    END IF;
    DELETE FROM auth.tb_mailed_token WHERE user_id = v_user_id;
    UPDATE auth.tb_user
    SET password_hash = p_password_hash, is_pending = false, not_before = clock_timestamp()
    WHERE id = v_user_id;
    DELETE FROM auth.tb_attempt AS a USING auth.tb_user AS u
    WHERE u.id = v_user_id AND a.kind = 'account' AND a.subject = u.email;
    RETURN v_user_id;
END $$;

-- What the old password of a user has to be compared with, or how long to wait. Guesses are counted
-- apart from those at signing in: who has taken over a session keeps nobody out.
CREATE OR REPLACE FUNCTION auth.begin_password_change(p_user_id uuid, p_address text)
RETURNS TABLE (retry_after double precision, email text, password_hash text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    retry_after := auth.count_attempt('address', p_address, 20);
    IF retry_after = 0 THEN
        retry_after := auth.count_attempt('password_change', p_user_id::text, 5);
    END IF;
    IF retry_after = 0 THEN
        SELECT u.email, u.password_hash INTO email, password_hash
        FROM auth.tb_user AS u WHERE u.id = p_user_id AND u.is_active;
    END IF;
    RETURN NEXT;
END $$;

-- Sets a password, the old one being right, and ends all other sessions. False where the password
-- was changed while it was compared, or the session is over.
CREATE OR REPLACE FUNCTION auth.change_password(
    p_user_id uuid, p_session_id uuid, p_verified_hash text, p_password_hash text, p_address text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_user auth.tb_user;
BEGIN
    SELECT * INTO v_user FROM auth.tb_user WHERE id = p_user_id FOR UPDATE;
    IF v_user.password_hash IS DISTINCT FROM p_verified_hash OR v_user.password_hash IS NULL
       OR NOT v_user.is_active
       OR NOT EXISTS (SELECT FROM auth.tb_session AS s
                      WHERE s.id = p_session_id AND s.user_id = p_user_id AND s.revoked_at IS NULL
                            AND s.expires_at > clock_timestamp()
                            AND s.created_at >= v_user.not_before) THEN
        RETURN false;
    END IF;
    UPDATE auth.tb_user SET password_hash = p_password_hash WHERE id = p_user_id;
    -- Mails that would set another one.
    DELETE FROM auth.tb_mailed_token WHERE user_id = p_user_id AND purpose = 'password_reset';
    DELETE FROM auth.tb_message WHERE user_id = p_user_id AND kind = 'password_reset';
    UPDATE auth.tb_attempt SET failures = failures - 1
    WHERE kind = 'address' AND subject = p_address AND failures > 0;
    DELETE FROM auth.tb_attempt
    WHERE kind = 'password_change' AND subject = p_user_id::text
          OR kind = 'account' AND subject = v_user.email;
    UPDATE auth.tb_session SET revoked_at = clock_timestamp(), revoked_for = 'password_changed'
    WHERE user_id = p_user_id AND id <> p_session_id AND revoked_at IS NULL;
    RETURN true;
END $$;

CREATE OR REPLACE FUNCTION auth.verify_address(p_token_hash bytea)
RETURNS uuid LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH used AS (
        DELETE FROM auth.tb_mailed_token
        WHERE token_hash = p_token_hash AND purpose = 'verification' AND expires_at > now()
        RETURNING user_id
    )
    UPDATE auth.tb_user AS u SET is_pending = false FROM used WHERE u.id = used.user_id
    RETURNING u.id
$$;

-- For whoever sends mails (LISTEN fraiseql_auth_message): what to send, each with a token made just
-- now, of which the database keeps the hash. After p_lease it is handed out again, with another
-- token, unless it was acknowledged.
CREATE OR REPLACE FUNCTION auth.claim_messages(p_limit integer DEFAULT 10,
                                               p_lease interval DEFAULT '1 minute',
                                               p_valid interval DEFAULT '1 hour')
RETURNS TABLE (id bigint, kind text, email text, name text, token text, expires_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_message auth.tb_message;
BEGIN
    DELETE FROM auth.tb_message AS m WHERE m.user_id IS NULL;
    FOR v_message IN
        SELECT * FROM auth.tb_message AS m WHERE m.claimed_until < now()
        ORDER BY m.id LIMIT p_limit FOR UPDATE SKIP LOCKED
    LOOP
        UPDATE auth.tb_message AS m SET claimed_until = now() + p_lease WHERE m.id = v_message.id;
        SELECT u.email, u.name INTO email, name FROM auth.tb_user AS u WHERE u.id = v_message.user_id;
        id := v_message.id;
        kind := v_message.kind;
        token := NULL;
        expires_at := NULL;
        IF kind <> 'registered_again' THEN
            -- 244 random bits.
            token := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
            expires_at := now() + p_valid;
            INSERT INTO auth.tb_mailed_token (token_hash, user_id, purpose, expires_at)
            VALUES (sha256(convert_to(token, 'UTF8')), v_message.user_id, kind, expires_at);
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION auth.acknowledge_message(p_id bigint)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM auth.tb_message WHERE id = p_id
$$;

-- Forgets what is over. Servers call it every hour.
CREATE OR REPLACE FUNCTION auth.purge()
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM auth.tb_session WHERE least(expires_at, revoked_at) < now() - interval '1 day';
    DELETE FROM auth.tb_mailed_token WHERE expires_at < now();
    DELETE FROM auth.tb_attempt WHERE last_at < now() - interval '1 day';
    DELETE FROM auth.tb_message WHERE user_id IS NULL OR created_at < now() - interval '7 days';
    DELETE FROM auth.tb_user WHERE is_pending AND created_at < now() - interval '7 days';
$$;

-- The fields of GraphQL. The server answers those with '@session' itself, with what the functions
-- above say, and gives them the answer to return: types, names, rules and their place in the schema
-- are here.
DO $$
BEGIN
    IF to_regtype('auth.signed_in') IS NULL THEN
        CREATE TYPE auth.signed_in AS (
            user_id uuid, session_id uuid, access_token text, expires_at timestamptz,
            refresh_token text);
        COMMENT ON TYPE auth.signed_in IS 'Tokens of a session: keep both secret.';
        CREATE TYPE auth.account AS (
            id uuid, email text, name text, tenant_id text, roles text[], created_at timestamptz);
        CREATE TYPE auth.session AS (
            id uuid, user_agent text, address text, created_at timestamptz,
            last_used_at timestamptz, expires_at timestamptz, is_current boolean);
    END IF;
END $$;

CREATE OR REPLACE FUNCTION auth.fn_register(p_email text, p_password text, p_name text DEFAULT NULL,
                                            p_answer jsonb DEFAULT NULL)
RETURNS boolean LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_answer::boolean
$$;
COMMENT ON FUNCTION auth.fn_register IS 'Registers a user. The answer is the same whether or not the address is known: what follows comes by mail.
@session register';

CREATE OR REPLACE FUNCTION auth.fn_login(p_email text, p_password text, p_answer jsonb DEFAULT NULL)
RETURNS auth.signed_in LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_populate_record(NULL::auth.signed_in, p_answer)
$$;
COMMENT ON FUNCTION auth.fn_login IS 'Signs in and starts a session.
@session login';

CREATE OR REPLACE FUNCTION auth.fn_refresh(p_refresh_token text, p_answer jsonb DEFAULT NULL)
RETURNS auth.signed_in LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_populate_record(NULL::auth.signed_in, p_answer)
$$;
COMMENT ON FUNCTION auth.fn_refresh IS 'Exchanges a refresh token for the next one and a new access token. One that was exchanged before ends the session.
@session refresh';

CREATE OR REPLACE FUNCTION auth.fn_logout(p_answer jsonb DEFAULT NULL)
RETURNS boolean LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_answer::boolean
$$;
COMMENT ON FUNCTION auth.fn_logout IS 'Ends the session of the access token that comes with the request.
@session logout';

CREATE OR REPLACE FUNCTION auth.fn_revoke_session(p_id uuid, p_answer jsonb DEFAULT NULL)
RETURNS boolean LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_answer::boolean
$$;
COMMENT ON FUNCTION auth.fn_revoke_session IS 'Ends one of your sessions; false where there is no such session.
@session revokeSession';

CREATE OR REPLACE FUNCTION auth.fn_revoke_sessions(p_answer jsonb DEFAULT NULL)
RETURNS boolean LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_answer::boolean
$$;
COMMENT ON FUNCTION auth.fn_revoke_sessions IS 'Ends all of your sessions, this one, too.
@session revokeSessions';

CREATE OR REPLACE FUNCTION auth.fn_forgot_password(p_email text, p_answer jsonb DEFAULT NULL)
RETURNS boolean LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_answer::boolean
$$;
COMMENT ON FUNCTION auth.fn_forgot_password IS 'Asks for a mail with a token that resets the password. The answer is the same whether or not the address is known.
@session forgotPassword';

CREATE OR REPLACE FUNCTION auth.fn_reset_password(p_token text, p_password text,
                                                  p_answer jsonb DEFAULT NULL)
RETURNS boolean LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_answer::boolean
$$;
COMMENT ON FUNCTION auth.fn_reset_password IS 'Sets a new password by the token of a mail, and ends all sessions.
@session resetPassword';

CREATE OR REPLACE FUNCTION auth.fn_change_password(p_old_password text, p_new_password text,
                                                   p_answer jsonb DEFAULT NULL)
RETURNS boolean LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_answer::boolean
$$;
COMMENT ON FUNCTION auth.fn_change_password IS 'Sets a new password by the old one, and ends all of your other sessions.
@session changePassword';

CREATE OR REPLACE FUNCTION auth.fn_verify_address(p_token text, p_answer jsonb DEFAULT NULL)
RETURNS boolean LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_answer::boolean
$$;
COMMENT ON FUNCTION auth.fn_verify_address IS 'Verifies the address of a registration by the token of a mail.
@session verifyAddress';

CREATE OR REPLACE FUNCTION auth.user_id() RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN nullif(current_setting('app.user_id', true), '')::uuid;
EXCEPTION WHEN invalid_text_representation THEN
    -- A user of another issuer.
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION auth.fn_current_account() RETURNS auth.account
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT id, email, name, tenant_id, roles, created_at FROM auth.tb_user WHERE id = auth.user_id()
$$;
COMMENT ON FUNCTION auth.fn_current_account IS 'Who asks, where they have an account here.';

CREATE OR REPLACE FUNCTION auth.fn_sessions() RETURNS SETOF auth.session
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT id, user_agent, address, created_at, last_used_at, expires_at,
           id::text = current_setting('app.session_id', true)
    FROM auth.tb_session
    WHERE user_id = auth.user_id() AND revoked_at IS NULL AND expires_at > now()
    ORDER BY last_used_at DESC, id
$$;
COMMENT ON FUNCTION auth.fn_sessions IS 'Your sessions, the one used last first.
@name sessions';

REVOKE ALL ON ALL TABLES IN SCHEMA auth FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA auth FROM PUBLIC;
-- `fraiseql db install auth --role the_server` grants what the server needs; whoever sends mails:
-- GRANT USAGE ON SCHEMA auth TO the_mailer;
-- GRANT EXECUTE ON FUNCTION auth.claim_messages, auth.acknowledge_message TO the_mailer;
