-- Statements of the test's two services: maker (keeps what it made) and keeper (keeps what came of it).

-- q_todo_take(max int4) -> many todo_row(thing uuid, key uuid, n int4, type text, mode text, org text)    lane: own
WITH taken AS (
    DELETE FROM todo AS t
     USING (SELECT w.id FROM todo AS w ORDER BY w.id LIMIT $max FOR UPDATE) AS f WHERE t.id = f.id
    RETURNING t.id, t.thing, t.key, t.n, t.type, t.mode, t.org
)
SELECT thing, key, n, type, mode, org FROM taken ORDER BY id;

-- q_made_add(thing uuid, key uuid, n int4, org text) -> exactly 1
INSERT INTO made (thing, key, n, org) VALUES ($thing, $key, $n, $org);

-- No unique constraint stands behind this: an effect made twice is two rows.
-- q_effect_add(thing uuid, key uuid, n int4) -> exactly 1
INSERT INTO effects (org, thing, key, n) VALUES (sec.org(), $thing, $key, $n);

-- q_effect_broken(thing uuid) -> exactly 1
INSERT INTO effects (org, thing, key, n) VALUES ('nobody', $thing, $thing, 1);

-- q_allowed(thing uuid) -> one allowed(yes bool)
SELECT EXISTS (SELECT 1 FROM allowed WHERE thing = $thing);

-- q_effect_list() -> many effect_row(thing uuid, n int4)    lane: own
SELECT thing, n FROM effects ORDER BY id LIMIT 3;

-- q_effect_one(thing uuid) -> one effect_row
SELECT thing, n FROM effects WHERE thing = $thing ORDER BY id LIMIT 1;
