-- What clients see: views to read, commands to call, and the past.

CREATE VIEW v_account AS
SELECT a.id, a.owner, a.balance, jsonb_build_object(
    'id', a.id,
    'owner', a.owner,
    'balance', a.balance,
    'is_open', a.is_open,
    'version', a.version) AS data
FROM tb_account a;
COMMENT ON VIEW v_account IS 'An account as it is now.';

CREATE VIEW v_turnover AS
SELECT t.day AS id, jsonb_build_object(
    'day', t.day,
    'deposited', t.deposited,
    'withdrawn', t.withdrawn) AS data
FROM tb_turnover t;
COMMENT ON VIEW v_turnover IS 'What moved on a day, as far as the projection has caught up.';

CREATE FUNCTION fn_open_account(p_owner text) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    v_id uuid := gen_random_uuid();
BEGIN
    PERFORM events.append(account_stream(v_id), 'AccountOpened',
                          jsonb_build_object('owner', p_owner), 0);
    PERFORM project_account(v_id);
    RETURN v_id;
END $$;
COMMENT ON FUNCTION fn_open_account IS 'Opens an account without money.
@returns Account';

CREATE FUNCTION fn_deposit(p_account_id uuid, p_amount bigint, p_version bigint DEFAULT NULL)
RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    v_account tb_account;
BEGIN
    SELECT * INTO v_account FROM tb_account WHERE id = p_account_id;
    IF v_account.is_open IS NOT TRUE THEN
        RAISE EXCEPTION 'There is no such open account.' USING COLUMN = 'p_account_id';
    END IF;
    IF p_amount <= 0 THEN
        RAISE EXCEPTION 'The amount must be positive.' USING COLUMN = 'p_amount';
    END IF;
    PERFORM events.append(account_stream(p_account_id), 'MoneyDeposited',
                          jsonb_build_object('amount', p_amount), p_version);
    PERFORM project_account(p_account_id);
    RETURN p_account_id;
END $$;
COMMENT ON FUNCTION fn_deposit IS 'Puts money in. With a version: only if nothing happened since.
@returns Account';

-- Whether there is enough money was decided upon a version: the append holds it to that.
CREATE FUNCTION fn_withdraw(p_account_id uuid, p_amount bigint, p_version bigint DEFAULT NULL)
RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    v_account tb_account;
BEGIN
    SELECT * INTO v_account FROM tb_account WHERE id = p_account_id;
    IF v_account.is_open IS NOT TRUE THEN
        RAISE EXCEPTION 'There is no such open account.' USING COLUMN = 'p_account_id';
    END IF;
    IF p_amount <= 0 THEN
        RAISE EXCEPTION 'The amount must be positive.' USING COLUMN = 'p_amount';
    END IF;
    IF p_amount > v_account.balance THEN
        RAISE EXCEPTION 'There is not enough money in the account.' USING COLUMN = 'p_amount';
    END IF;
    PERFORM events.append(account_stream(p_account_id), 'MoneyWithdrawn',
                          jsonb_build_object('amount', p_amount),
                          coalesce(p_version, v_account.version));
    PERFORM project_account(p_account_id);
    RETURN p_account_id;
END $$;
COMMENT ON FUNCTION fn_withdraw IS 'Takes money out, if there is enough.
@returns Account';

-- Lets the turnover catch up; call it from a scheduler.
CREATE FUNCTION fn_project_turnover() RETURNS integer LANGUAGE sql
RETURN events.catch_up('turnover');
COMMENT ON FUNCTION fn_project_turnover IS 'Brings the turnover up to date, and says by how many events.';

-- Time travel: the account at a version or at a time.
CREATE FUNCTION fn_account_as_of(p_account_id uuid, p_version bigint DEFAULT NULL,
                                 p_at timestamptz DEFAULT NULL)
RETURNS jsonb STABLE LANGUAGE sql
RETURN events.state(account_stream(p_account_id), 'public.account_fold', p_version, p_at);
COMMENT ON FUNCTION fn_account_as_of IS 'An account as it was.
@result owner text!
@result balance bigint!
@result is_open boolean!';

CREATE FUNCTION fn_account_history(p_account_id uuid)
RETURNS TABLE (version bigint, type text, data jsonb, created_at timestamptz) STABLE LANGUAGE sql AS $$
    SELECT e.version, e.type, e.data, e.created_at
    FROM events.read_stream(account_stream(p_account_id)) AS e;
$$;
COMMENT ON FUNCTION fn_account_history IS 'Everything that happened to an account.';
