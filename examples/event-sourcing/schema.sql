-- Bank accounts as streams of events. `fraiseql db install events` comes first.
--
-- What happens: a command reads the account's state, decides, and appends an event with the version
-- that it has decided upon. In the same transaction it brings the account's row in tb_account up to
-- date. The daily turnover follows later, whenever somebody lets it catch up.

CREATE TABLE tb_account (
    id        uuid PRIMARY KEY,
    owner     text NOT NULL,
    balance   bigint NOT NULL,
    is_open   boolean NOT NULL,
    version   bigint NOT NULL
);
COMMENT ON TABLE tb_account IS 'Accounts as they are now: the projection that commands keep.';

CREATE TABLE tb_turnover (
    day       date PRIMARY KEY,
    deposited bigint NOT NULL DEFAULT 0,
    withdrawn bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE tb_turnover IS 'What moved on each day (UTC): a projection that follows.';

-- The name of an account's stream.
CREATE FUNCTION account_stream(p_id uuid) RETURNS text IMMUTABLE LANGUAGE sql
RETURN 'account-' || p_id;

-- An account's state after one more event.
CREATE FUNCTION account_fold(state jsonb, event events.event) RETURNS jsonb IMMUTABLE LANGUAGE sql
RETURN CASE event.type
    WHEN 'AccountOpened' THEN jsonb_build_object(
        'owner', event.data->>'owner', 'balance', 0, 'is_open', true)
    WHEN 'MoneyDeposited' THEN jsonb_set(state, '{balance}', to_jsonb(
        (state->>'balance')::bigint + (event.data->>'amount')::bigint))
    WHEN 'MoneyWithdrawn' THEN jsonb_set(state, '{balance}', to_jsonb(
        (state->>'balance')::bigint - (event.data->>'amount')::bigint))
    WHEN 'AccountClosed' THEN jsonb_set(state, '{is_open}', 'false')
    ELSE state
END;

-- Stores the account as its events make it.
CREATE FUNCTION project_account(p_id uuid) RETURNS void LANGUAGE sql AS $$
    INSERT INTO tb_account (id, owner, balance, is_open, version)
    SELECT p_id, s.state->>'owner', (s.state->>'balance')::bigint, (s.state->>'is_open')::boolean,
           events.stream_version(account_stream(p_id))
    FROM (SELECT events.state(account_stream(p_id), 'public.account_fold') AS state) AS s
    ON CONFLICT (id) DO UPDATE
    SET balance = excluded.balance, is_open = excluded.is_open, version = excluded.version;
$$;

-- Adds an event to the turnover of its day. Runs with search_path = pg_catalog.
CREATE FUNCTION project_turnover(event events.event) RETURNS void LANGUAGE sql AS $$
    INSERT INTO public.tb_turnover AS t (day, deposited, withdrawn)
    SELECT (event.created_at AT TIME ZONE 'UTC')::date,
           CASE event.type WHEN 'MoneyDeposited' THEN (event.data->>'amount')::bigint ELSE 0 END,
           CASE event.type WHEN 'MoneyWithdrawn' THEN (event.data->>'amount')::bigint ELSE 0 END
    WHERE event.type IN ('MoneyDeposited', 'MoneyWithdrawn')
    ON CONFLICT (day) DO UPDATE
    SET deposited = t.deposited + excluded.deposited, withdrawn = t.withdrawn + excluded.withdrawn;
$$;
SELECT events.add_projection('turnover', 'public.project_turnover');
