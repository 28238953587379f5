-- The producer's tables; the test writes todo.
CREATE TABLE todo (id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY, thing uuid NOT NULL, key uuid NOT NULL, n int4 NOT NULL,
                   type text NOT NULL, mode text NOT NULL, org text NOT NULL);
CREATE TABLE made (thing uuid PRIMARY KEY, key uuid NOT NULL, n int4 NOT NULL, org text NOT NULL);
GRANT SELECT, UPDATE, DELETE ON todo TO {{worker}};
GRANT INSERT ON made TO {{worker}};
