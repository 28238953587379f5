-- Held until the connection ends: a second migrate waits here, and then finds everything done.
SELECT pg_advisory_lock(7366101);
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {{service}}, {{worker}};
CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
