-- Which field keys this database is sealed with. A program that does not have them all does not start: with a key file that is lost
-- and made anew, or of another installation, it would seal what nobody opens and find nothing by its number.
CREATE TABLE wf.field_keys (
    cls text NOT NULL,
    key_id text NOT NULL CHECK (key_id ~ '^[0-9a-f]{8}$'),      -- as the sealed values name it; no secret
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (cls, key_id)
);
ALTER TABLE wf.field_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE wf.field_keys FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON wf.field_keys TO {{service}}, {{worker}};
CREATE POLICY programs ON wf.field_keys TO {{service}}, {{worker}} USING (true) WITH CHECK (true);
