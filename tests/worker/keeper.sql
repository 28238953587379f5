-- The consumer's tables: effects of the event's organisation only; the test writes allowed.
CREATE TABLE effects (id int8 GENERATED ALWAYS AS IDENTITY, org text NOT NULL, thing uuid NOT NULL, key uuid NOT NULL,
                      n int4 NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
SELECT sec.isolate('effects');
CREATE TABLE allowed (thing uuid PRIMARY KEY);
GRANT SELECT ON allowed TO {{worker}};
