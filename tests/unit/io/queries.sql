-- Statements of the database tests, on the tables that test_db.c makes.

-- q_item_get(id uuid) -> one item_row(id uuid, org text, title text, note text?, rank int4)
SELECT id, org, title, note, rank FROM t.items WHERE id = $id;

-- q_item_find(id uuid) -> maybe item_row
SELECT id, org, title, note, rank FROM t.items WHERE id = $id;

-- q_item_all() -> many item_row
SELECT id, org, title, note, rank FROM t.items ORDER BY rank, id;

-- q_item_lock(id uuid) -> one item_row
SELECT id, org, title, note, rank FROM t.items WHERE id = $id FOR UPDATE;

-- q_item_add{id uuid, title text, rank int4, note text?} -> exactly 1
INSERT INTO t.items (id, org, title, rank, note)
VALUES ($id, current_setting('wf.org'), $title, $rank, $note);

-- q_item_add_for(id uuid, org text) -> exactly 1
INSERT INTO t.items (id, org, title, rank) VALUES ($id, $org, 'other', 1);

-- q_item_rank(id uuid, rank int4) -> exactly 1
UPDATE t.items SET rank = $rank WHERE id = $id;

-- q_item_rank_above(rank int4) -> exactly 1
UPDATE t.items SET note = 'touched' WHERE rank > $rank;

-- q_item_remove(id uuid) -> exactly 1
DELETE FROM t.items WHERE id = $id;

-- q_item_copy(from_id uuid, id uuid) -> exactly 1
INSERT INTO t.items (id, org, title, rank)
SELECT $id, org, title || ' copy', rank FROM t.items WHERE id = $from_id;

-- q_items_clear() -> any
DELETE FROM t.items;

-- q_item_note(id uuid, note text) -> any   lane: point
INSERT INTO t.notes (item_id, org, note) VALUES ($id, current_setting('wf.org'), $note);

-- q_item_note_durable(id uuid, note text) -> any   lane: point durable
INSERT INTO t.notes (item_id, org, note) SELECT $id, current_setting('wf.org'), $note
  FROM set_config('synchronous_commit', 'on', true);

-- q_note_count() -> one count_row(n int8)
SELECT count(*) FROM t.notes;

-- q_context() -> one context_row(org text, sub text, scope text, durable text)
SELECT current_setting('wf.org', true), current_setting('wf.sub', true), current_setting('wf.scope', true),
       current_setting('synchronous_commit');

-- q_pid() -> one pid_row(pid int4)
SELECT pg_backend_pid();

-- q_sleep(seconds float8) -> any   lane: point
SELECT pg_sleep($seconds);

-- q_fail(state text, message text) -> any   lane: point
SELECT t.fail($state, $message);

-- q_terminate(pid int4) -> one bool_row(done bool)   lane: own
SELECT pg_terminate_backend($pid);

-- q_absent() -> one count_row   lane: point
SELECT count(*) FROM t.absent;

-- q_shape() -> one shape_row(a text)
SELECT a FROM t.shape;

-- q_echo{b bool, bn bool?, i2 int2, i2n int2?, i4 int4, i4n int4?, i8 int8, i8n int8?, f float8, fn float8?,
--        s text, sn text?, u uuid, un uuid?, ts timestamptz, tsn timestamptz?, d date, dn date?, j jsonb, jn jsonb?,
--        by bytea, byn bytea?, ta text[], tan text[]?, ua uuid[], uan uuid[]?} ->
--     one echo_row(b bool, bn bool?, i2 int2, i2n int2?, i4 int4, i4n int4?, i8 int8, i8n int8?, f float8, fn float8?,
--        s text, sn text?, u uuid, un uuid?, ts timestamptz, tsn timestamptz?, d date, dn date?, j jsonb, jn jsonb?,
--        by bytea, byn bytea?, ta text[], tan text[]?, ua uuid[], uan uuid[]?)
SELECT $b, $bn, $i2, $i2n, $i4, $i4n, $i8, $i8n, $f, $fn, $s, $sn, $u, $un, $ts, $tsn, $d, $dn, $j, $jn, $by, $byn,
       $ta, $tan, $ua, $uan;

-- q_instants() -> one instants_row(a timestamptz, b timestamptz, c date, d date, e text)
SELECT '2026-11-23T20:00:00.000001Z'::timestamptz, '1970-01-01T00:00:00Z'::timestamptz, '2026-11-23'::date,
       'infinity'::date, '2026-01-01'::text;

-- q_null_text() -> one shape_row
SELECT NULL::text;

-- q_wrong_type() -> one shape_row
SELECT 5;

-- q_two() -> one shape_row
SELECT x FROM unnest(ARRAY['a', 'b']) AS x;

-- q_item_list{org text?, rank int4?, title text?} -> list item_row
SELECT id, org, title, note, rank FROM t.items WHERE true
--? org    AND org = $org
--? rank   AND rank >= $rank
--? noted  AND note IS NOT NULL
--sort rank   rank int4
--sort -title title text
--? title  AND title = $title
--sort id id uuid
;

-- q_due_list() -> list due_row(id uuid, rank int4, due_on date?, due_at timestamptz?)
SELECT id, rank, due_on, due_at
  FROM (SELECT id, rank, CASE WHEN rank < 3 THEN date '2026-05-01' - rank END AS due_on,
               CASE WHEN rank > 2 THEN timestamptz '2026-05-01Z' - rank * interval '1 hour' END AS due_at FROM t.items) AS i
 WHERE true
--sort dueOn coalesce(due_on, DATE '9999-12-31') date
--sort dueAt coalesce(i.due_at, '9999-01-01Z'::timestamptz) timestamptz
;

-- q_moment() -> one moment_row(at timestamptz, org text)   lane: point lease
SELECT transaction_timestamp(), current_setting('wf.org');

-- q_forget() -> any   lane: point
DEALLOCATE ALL;

-- q_slow(seconds float8) -> one bool_row   lane: point
SELECT pg_sleep($seconds) IS NOT NULL;

-- q_slow_commit(seconds float8) -> exactly 1
INSERT INTO t.slow (seconds) VALUES ($seconds);

-- q_new() -> one count_row   lane: point
SELECT count(*) FROM t.made_later;

-- q_prepared() -> one prepared_row(lists int8)   lane: own
SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'q_item_list%';
