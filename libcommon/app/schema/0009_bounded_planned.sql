-- A bound (0007) by a trigger function of the table's own, whose statement is planned once in a session: wf.bounded planned anew for every
-- row, under row-level security, and that was two fifths of what a new case cost.

DROP FUNCTION wf.bound(regclass, text, int4, text);
-- At most so many rows of tbl with the same value of a column; `counts` says which.
CREATE FUNCTION wf.bound(tbl regclass, col text, most int4, counts text DEFAULT 'true') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    rel text;
    named text;
BEGIN
    SELECT format('%I.%I', n.nspname, c.relname), format('wf.%I', 'bounded_' || c.relname) INTO rel, named
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = tbl;
    EXECUTE format($f$
        CREATE FUNCTION %1$s() RETURNS trigger LANGUAGE plpgsql AS $b$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended(TG_RELID::text || NEW.%2$I::text, 2));
            PERFORM FROM %3$s WHERE org = NEW.org AND %2$I = NEW.%2$I AND (%4$s) OFFSET %5$s LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'list.full' USING ERRCODE = 'WF004'; -- io/db: 409 of that code
            END IF;
            RETURN NULL;
        END
        $b$ $f$, named, col, rel, counts, most);
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s() FROM PUBLIC', named);
    EXECUTE format('CREATE TRIGGER bounded AFTER INSERT ON %s FOR EACH ROW EXECUTE FUNCTION %s()', rel, named);
END
$$;
REVOKE EXECUTE ON FUNCTION wf.bound(regclass, text, int4, text) FROM PUBLIC;

-- Bounds that stand: their arguments are the trigger's, each ended by a zero byte.
DO $$
DECLARE
    bound record;
BEGIN
    FOR bound IN
        SELECT t.tgrelid::regclass AS tbl, string_to_array(encode(t.tgargs, 'escape'), '\000') AS args
          FROM pg_trigger t WHERE t.tgfoid = 'wf.bounded'::regproc
    LOOP
        EXECUTE format('DROP TRIGGER bounded ON %s', bound.tbl);
        PERFORM wf.bound(bound.tbl, bound.args[1], bound.args[2]::int4, bound.args[3]);
    END LOOP;
END
$$;
DROP FUNCTION wf.bounded();
