-- FraiseQL: subscriptions (docs/subscriptions.md).
-- `fraiseql db install subscriptions` runs cache.sql and this file in one transaction, then tracks the
-- tables behind all views that clients may read; running it again changes nothing.
--
-- That this function is there, and that the server may call it, is what turns subscriptions on.

-- The versions of the contexts, in their order: a server asks for all that its clients wait for, and
-- executes again what depends on those that have changed.
CREATE OR REPLACE FUNCTION turbo.live_versions(p_contexts text[]) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
    RETURN turbo.versions(p_contexts);
END $$;
COMMENT ON FUNCTION turbo.live_versions IS 'What subscriptions wait for; see turbo.versions.';

REVOKE ALL ON FUNCTION turbo.live_versions FROM PUBLIC;
