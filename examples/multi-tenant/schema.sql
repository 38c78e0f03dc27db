-- Tenants in shared tables, told apart by row-level security; and notes in a schema for each tenant.

CREATE TABLE tb_tenant (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z][a-z0-9]{0,30}$'),
    name text NOT NULL);
CREATE TABLE tb_tenant_user (
    tenant_id uuid NOT NULL REFERENCES tb_tenant,
    user_id text NOT NULL,
    PRIMARY KEY (tenant_id, user_id));
CREATE TABLE tb_sale (
    id int PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tb_tenant,
    amount numeric NOT NULL);

CREATE FUNCTION current_tenant() RETURNS uuid STABLE LANGUAGE sql
    RETURN nullif(current_setting('app.tenant_id', true), '')::uuid;

-- FORCE: also for the owner of the tables.
ALTER TABLE tb_tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tb_tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tb_tenant USING (id = current_tenant());
ALTER TABLE tb_tenant_user ENABLE ROW LEVEL SECURITY;
ALTER TABLE tb_tenant_user FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tb_tenant_user USING (tenant_id = current_tenant());
ALTER TABLE tb_sale ENABLE ROW LEVEL SECURITY;
ALTER TABLE tb_sale FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tb_sale USING (tenant_id = current_tenant());

-- security_invoker: without it, the policies would look at the owner of the view.
CREATE VIEW v_tenant_dashboard WITH (security_invoker) AS
SELECT t.id, t.id AS tenant_id,
    jsonb_build_object(
        'id', t.id,
        'tenant_id', t.id,
        'name', t.name,
        'sales', (SELECT count(*) FROM tb_sale s WHERE s.tenant_id = t.id),
        'revenue', (SELECT coalesce(sum(amount), 0) FROM tb_sale s WHERE s.tenant_id = t.id)) AS data
FROM tb_tenant t;
COMMENT ON VIEW v_tenant_dashboard IS '@authorize authorizer:member';

-- Only the two questions that come before it is known who asks; they see through the policies.
CREATE FUNCTION tenant_by_slug(p_slug text) RETURNS json STABLE LANGUAGE sql SECURITY DEFINER
    SET search_path = public
    AS $$ SELECT json_build_object('id', id, 'slug', slug) FROM tb_tenant WHERE slug = p_slug $$;
CREATE FUNCTION tenant_by_id(p_id uuid) RETURNS json STABLE LANGUAGE sql SECURITY DEFINER
    SET search_path = public
    AS $$ SELECT json_build_object('id', id, 'slug', slug) FROM tb_tenant WHERE id = p_id $$;

-- A schema for each tenant: the same tables, and no policy between them. Clients have no field for
-- them; the application's code chooses the schema.
CREATE PROCEDURE create_tenant(p_id uuid, p_slug text, p_name text) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tb_tenant VALUES (p_id, p_slug, p_name);
    EXECUTE format('CREATE SCHEMA %I', 'tenant_' || p_slug);
    EXECUTE format('CREATE TABLE %I.note (id int PRIMARY KEY, text text NOT NULL)',
                   'tenant_' || p_slug);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO shop_api', 'tenant_' || p_slug);
    EXECUTE format('GRANT SELECT ON %I.note TO shop_api', 'tenant_' || p_slug);
END $$;

CREATE ROLE shop_api LOGIN;
GRANT SELECT ON tb_tenant, tb_tenant_user, tb_sale, v_tenant_dashboard TO shop_api;
REVOKE EXECUTE ON PROCEDURE create_tenant FROM PUBLIC;
