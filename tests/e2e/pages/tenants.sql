-- What docs/multi-tenancy.md stands on: two tenants.
CREATE TABLE tb_tenant (id uuid PRIMARY KEY, name text NOT NULL);
INSERT INTO tb_tenant VALUES
    ('11111111-1111-1111-1111-111111111111', 'Ours'),
    ('22222222-2222-2222-2222-222222222222', 'Theirs');
ALTER TABLE tb_tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tb_tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON tb_tenant USING (id = nullif(current_setting('app.tenant_id', true), '')::uuid);
GRANT SELECT ON tb_tenant TO api;
