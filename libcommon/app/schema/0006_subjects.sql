-- What a database holds on a person: for every table how the person's rows are found, what of them is given out on request, and what
-- becomes of them when the person is erased. tests/sql and tests/arch refuse a table that is not in the catalogue.
--
-- Everything here runs with the rights of who calls it: the worker of the database, as the organisation whose person it is.

CREATE TABLE wf.subject_tables (
    tbl     text  PRIMARY KEY,
    -- delete: the rows go. clear: they stay, without what is about a person. keep: they stay as they are, and `why` says for what.
    -- expires: they go by themselves, `why` says when. none: nothing about a person stands in them.
    fate    text  NOT NULL CHECK (fate IN ('delete', 'clear', 'keep', 'expires', 'none')),
    -- A condition on the row t: $1 is the person (uuid), $2 what belongs to nobody else besides the person (uuid[]: cases).
    finds   text,
    clears  jsonb,                 -- {column: expression}
    shows   text[] NOT NULL DEFAULT '{}', -- columns that the person is given; staff and other persons are not among them
    also    text,                  -- a wider condition for what is shown
    sealed  jsonb,                 -- {column: {cls, place, row}}: how a shown column is opened; row is the column of the row's id
    first   bool  NOT NULL DEFAULT false, -- treated before the others: its condition looks at them
    why     text,
    CHECK ((fate IN ('delete', 'clear')) <= (finds IS NOT NULL)),
    CHECK ((fate = 'clear') = (clears IS NOT NULL)),
    CHECK ((fate IN ('keep', 'expires')) <= (why IS NOT NULL)),
    CHECK (fate <> 'none' OR (finds IS NULL AND shows = '{}')),
    CHECK (sealed IS NULL OR shows <> '{}')
);
ALTER TABLE wf.subject_tables ENABLE ROW LEVEL SECURITY;
ALTER TABLE wf.subject_tables FORCE ROW LEVEL SECURITY;
GRANT SELECT ON wf.subject_tables TO {{worker}};
CREATE POLICY worker ON wf.subject_tables FOR SELECT TO {{worker}} USING (true);
CREATE POLICY owner ON wf.subject_tables TO {{owner}} USING (true) WITH CHECK (true); -- migrations

-- Names a table, and lets the worker do what the fate asks for; nobody else may.
CREATE FUNCTION wf.subject_table(tbl text, fate text, finds text DEFAULT NULL, shows text DEFAULT '', clears jsonb DEFAULT NULL,
                                 also text DEFAULT NULL, sealed jsonb DEFAULT NULL, first bool DEFAULT false, why text DEFAULT NULL)
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO wf.subject_tables VALUES (tbl, fate, finds, clears, coalesce(string_to_array(nullif(shows, ''), ' '), '{}'), also, sealed, first, why);
    IF fate = 'delete' THEN
        EXECUTE format('GRANT SELECT, DELETE ON %s TO {{worker}}', tbl::regclass);
    ELSIF fate = 'clear' THEN
        EXECUTE format('GRANT UPDATE (%s) ON %s TO {{worker}}',
                       (SELECT string_agg(quote_ident(k), ', ') FROM jsonb_object_keys(clears) AS k), tbl::regclass);
    END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION wf.subject_table(text, text, text, text, jsonb, text, jsonb, bool, text) FROM PUBLIC;

-- Tables in the order in which they are treated: what is cleared, what comes first, then each before what it refers to.
CREATE FUNCTION wf.subject_order() RETURNS TABLE (tbl text, fate text, finds text, clears jsonb, why text, key text) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE refs AS (
        SELECT DISTINCT conrelid AS child, confrelid AS parent FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid
    ), depth (oid, d) AS (
        SELECT s.tbl::regclass::oid, 0 FROM wf.subject_tables s
        UNION
        SELECT r.parent, d.d + 1 FROM depth d JOIN refs r ON r.child = d.oid WHERE d.d < 30
    )
    SELECT s.tbl, s.fate, s.finds, s.clears, s.why,
           (SELECT 'concat_ws(''/'', ' || string_agg('t.' || quote_ident(a.attname), ', ' ORDER BY array_position(i.indkey::int2[], a.attnum)) || ')'
              FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
             WHERE i.indrelid = s.tbl::regclass AND i.indisprimary AND a.attname <> 'org')
      FROM wf.subject_tables s
     WHERE s.finds IS NOT NULL
     ORDER BY s.fate <> 'clear', NOT s.first, (SELECT max(d) FROM depth WHERE depth.oid = s.tbl::regclass), s.tbl
$$;

-- What would become of which rows: [{table, fate, why, rows: [key]}]. Changes nothing.
CREATE FUNCTION wf.subject_plan(person uuid, own uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    t record;
    keys jsonb;
    plan jsonb := '[]';
BEGIN
    FOR t IN SELECT * FROM wf.subject_order() LOOP
        EXECUTE format('SELECT jsonb_agg(k ORDER BY k) FROM (SELECT %s AS k FROM %s AS t WHERE %s) AS s', coalesce(t.key, '''''::text'), t.tbl::regclass, t.finds)
           INTO keys USING person, own;
        IF keys IS NOT NULL THEN
            plan := plan || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('table', t.tbl, 'fate', t.fate, 'why', t.why, 'rows', keys)));
        END IF;
    END LOOP;
    RETURN plan;
END
$$;

-- Does it: [{table, fate, why, rows: number}]. A second time finds what a first has left.
CREATE FUNCTION wf.subject_erase(person uuid, own uuid[]) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    t record;
    n int8;
    done jsonb := '[]';
BEGIN
    FOR t IN SELECT * FROM wf.subject_order() LOOP
        IF t.fate = 'delete' THEN
            EXECUTE format('DELETE FROM %s AS t WHERE %s', t.tbl::regclass, t.finds) USING person, own;
            GET DIAGNOSTICS n = ROW_COUNT;
        ELSIF t.fate = 'clear' THEN
            EXECUTE format('UPDATE %s AS t SET %s WHERE %s', t.tbl::regclass,
                           (SELECT string_agg(format('%I = %s', c.key, c.value), ', ') FROM jsonb_each_text(t.clears) AS c), t.finds)
              USING person, own;
            GET DIAGNOSTICS n = ROW_COUNT;
        ELSE
            EXECUTE format('SELECT count(*) FROM %s AS t WHERE %s', t.tbl::regclass, t.finds) INTO n USING person, own;
        END IF;
        IF n > 0 THEN
            done := done || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('table', t.tbl, 'fate', t.fate, 'why', t.why, 'rows', n)));
        END IF;
    END LOOP;
    RETURN done;
END
$$;

-- What the person is given: [{table, sealed, rows: [{column: value}]}]; sealed columns still are.
CREATE FUNCTION wf.subject_export(person uuid, own uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    t record;
    found jsonb;
    parts jsonb := '[]';
BEGIN
    FOR t IN SELECT s.tbl, s.shows, s.sealed, coalesce(s.also, s.finds) AS finds FROM wf.subject_tables s WHERE s.shows <> '{}' ORDER BY s.tbl LOOP
        EXECUTE format('SELECT jsonb_agg(to_jsonb(s)) FROM (SELECT %s FROM %s AS t WHERE %s) AS s',
                       (SELECT string_agg(DISTINCT 't.' || quote_ident(c), ', ')
                          FROM unnest(t.shows || coalesce((SELECT array_agg(e.value ->> 'row') FROM jsonb_each(t.sealed) AS e), '{}')) AS c),
                       t.tbl::regclass, t.finds)
           INTO found USING person, own;
        IF found IS NOT NULL THEN
            parts := parts || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('table', t.tbl, 'sealed', t.sealed)) || jsonb_build_object('rows', found));
        END IF;
    END LOOP;
    RETURN parts;
END
$$;

-- Why a person cannot be erased yet: code, kind and id of what stands in the way. A database with such things has its own.
CREATE FUNCTION wf.subject_blocks(person uuid, own uuid[], today date) RETURNS TABLE (code text, kind text, id uuid) LANGUAGE sql STABLE AS $$
    SELECT NULL::text, NULL::text, NULL::uuid WHERE false
$$;

-- What a worker has found or done for the cases service, until that has taken it.
CREATE TABLE wf.subject_answers (
    id          uuid        PRIMARY KEY,        -- of the question
    org         text        NOT NULL,
    person_id   uuid        NOT NULL,
    phase       text        NOT NULL CHECK (phase IN ('export', 'plan', 'erase')),
    body        jsonb       NOT NULL,
    blocks      jsonb       NOT NULL,           -- [{code, kind, id}]
    answered_at timestamptz NOT NULL
);
SELECT sec.isolate('wf.subject_answers', '', 'DELETE');

-- ---- the tables that every database has ----

SELECT wf.subject_table('wf.subject_tables', 'none');
SELECT wf.subject_table('wf.subject_answers', 'expires', why => 'taken by the cases service at once and then deleted');
SELECT wf.subject_table('wf.outbox', 'expires', why => 'identifiers and codes only; deleted when the event has long been confirmed');
SELECT wf.subject_table('wf.delivery', 'expires', why => 'identifiers only; deleted with the confirmation');
SELECT wf.subject_table('wf.sent', 'expires', why => 'identifiers only; deleted when the event has long been confirmed');
SELECT wf.subject_table('wf.inbox', 'expires', why => 'identifiers and codes only; deleted when its source has confirmed');
SELECT wf.subject_table('wf.outbox_seq', 'none');
SELECT wf.subject_table('wf.idempotency', 'expires', why => 'sealed answers to requests, found by their key alone; deleted after 7 days');
SELECT wf.subject_table('wf.audit', 'keep',
                        't.object = $1 OR t.object = ANY ($2)', 'at operation purpose action kind fields',
                        why => 'the chained trail of who saw and changed what: identifiers, which name nobody once the person is erased');
SELECT wf.subject_table('wf.audit_seal', 'none');
SELECT wf.subject_table('wf.restored', 'none');
SELECT wf.subject_table('wf.field_keys', 'none');
SELECT wf.subject_table('wf.case_readers', 'delete', 't.case_id = ANY ($2)');
