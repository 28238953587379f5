-- q_thing_add{id uuid, name text, kind text, now timestamptz} -> exactly 1
INSERT INTO things (id, org, name, kind, made_at) VALUES ($id, sec.org(), $name, $kind, $now);

-- q_thing(id uuid) -> one thing_row(id uuid, name text, kind text, made_at timestamptz, version_ int4)
SELECT id, name, kind, made_at, version FROM things WHERE id = $id;

-- q_thing_lock(id uuid) -> one thing_row
SELECT id, name, kind, made_at, version FROM things WHERE id = $id FOR UPDATE;

-- q_thing_save(id uuid, name text) -> exactly 1
UPDATE things SET name = $name, version = version + 1 WHERE id = $id;

-- q_thing_list(kind text?) -> list thing_row
SELECT id, name, kind, made_at, version FROM things WHERE true
--? kind    AND kind = $kind
--sort name    name text
--sort -madeAt made_at timestamptz
;

-- q_thing_after(after int8, max int4) -> many event_row(n int8, text text)
SELECT n, text FROM events WHERE n > $after ORDER BY n LIMIT $max;
