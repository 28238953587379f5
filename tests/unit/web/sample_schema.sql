-- sample_schema.sql - tables of the sample service, after the common ones.
CREATE TABLE things (
    id uuid PRIMARY KEY,
    org text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    made_at timestamptz NOT NULL,
    version int4 NOT NULL DEFAULT 1
);
SELECT sec.isolate('things', 'name, version');
CREATE TABLE events (n int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL);
GRANT SELECT ON events TO {{service}};
