-- What docs/production.md stands on: notes of tenants, and a role for the server.
CREATE TABLE tb_note (
    id        int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    tenant_id uuid NOT NULL,
    text      text NOT NULL,
    draft     text
);
CREATE INDEX ON tb_note (tenant_id);
INSERT INTO tb_note (tenant_id, text, draft) VALUES
    ('11111111-1111-1111-1111-111111111111', 'ours', 'not yet'),
    ('22222222-2222-2222-2222-222222222222', 'theirs', 'not yet');
ALTER TABLE tb_note ENABLE ROW LEVEL SECURITY;
ALTER TABLE tb_note FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tb_note USING (
    tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
CREATE VIEW v_note WITH (security_invoker) AS
SELECT id, tenant_id, jsonb_build_object('id', id, 'text', text, 'draft', draft) AS data FROM tb_note;
COMMENT ON VIEW v_note IS 'A note of a tenant.
@authorize draft role:editor';
GRANT SELECT ON tb_note, v_note TO api;
