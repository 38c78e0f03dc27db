-- From now on the schema of the extensions is on nobody's search_path.
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I RESET search_path', current_database());
END $$;
