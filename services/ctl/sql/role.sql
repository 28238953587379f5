-- One role of a service's database. {{verifier}} is the SCRAM verifier of its password.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{{role}}') THEN
        CREATE ROLE {{role}};
    END IF;
END
$$;
ALTER ROLE {{role}} WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS {{inherit}} PASSWORD '{{verifier}}';
ALTER ROLE {{role}} SET client_connection_check_interval = '2s';
