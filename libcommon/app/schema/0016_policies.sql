-- What policies cost, taken out of them. Each `(SELECT sec.org())` is a plan node of its own, made ready with every statement whether or not
-- it is asked: a read needs that, since it may look at many rows, but a check of rows that are written does not. Counted on opening a case:
-- an eighteenth of what PostgreSQL did for it; and a thirteenth of reading one was the restrictive policy `present`.

-- Called at the end of a service's migrations: (1) checks of written rows call sec.* themselves; (2) `present` (no context, no rows) stands
-- only where another permissive policy stands beside `own`: `org = (SELECT sec.org())` is true of no row without a context.
-- tests/http/catalogue.py looks after both.
CREATE FUNCTION sec.settle() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    p record;
    plain text;
BEGIN
    FOR p IN SELECT o.schemaname, o.tablename, o.policyname, coalesce(o.with_check, o.qual) AS checked FROM pg_policies o
              WHERE o.cmd IN ('ALL', 'INSERT', 'UPDATE') AND coalesce(o.with_check, o.qual) ~ 'SELECT sec\.' LOOP
        plain := regexp_replace(p.checked, '\( SELECT (sec\.\w+\([^()]*\)) AS \w+\)', '\1', 'g');
        IF plain !~ 'SELECT' THEN -- one that reads tables stays: what it calls would run for each of their rows
            EXECUTE format('ALTER POLICY %I ON %I.%I WITH CHECK (%s)', p.policyname, p.schemaname, p.tablename, plain);
        END IF;
    END LOOP;
    FOR p IN SELECT o.schemaname, o.tablename FROM pg_policies o
              WHERE o.policyname = 'present'
                AND EXISTS (SELECT FROM pg_policies w WHERE (w.schemaname, w.tablename, w.policyname) = (o.schemaname, o.tablename, 'own')
                                                        AND w.qual = '(org = ( SELECT sec.org() AS org))')
                AND NOT EXISTS (SELECT FROM pg_policies w WHERE (w.schemaname, w.tablename) = (o.schemaname, o.tablename)
                                                            AND w.permissive = 'PERMISSIVE' AND w.policyname <> 'own') LOOP
        EXECUTE format('DROP POLICY present ON %I.%I', p.schemaname, p.tablename);
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION sec.settle() FROM PUBLIC;

-- What this transaction has made itself has no rows of others below it, nor will it have before the transaction ends: its lists (0009) are
-- not counted. A trigger of the parent's table says so in `wf.made`: the last parent made counts.
CREATE OR REPLACE FUNCTION wf.bound(tbl regclass, col text, most int4, counts text DEFAULT 'true') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    rel text;
    named text;
BEGIN
    SELECT format('%I.%I', n.nspname, c.relname), format('wf.%I', 'bounded_' || c.relname) INTO rel, named
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = tbl;
    EXECUTE format($f$
        CREATE FUNCTION %1$s() RETURNS trigger LANGUAGE plpgsql AS $b$
        BEGIN
            IF NEW.%2$I::text = current_setting('wf.made', true) THEN
                RETURN NULL;
            END IF;
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

-- Bounds that stand.
DO $$
DECLARE
    f record;
BEGIN
    FOR f IN SELECT p.oid::regprocedure AS named, p.prosrc,
                    substring(p.prosrc from 'TG_RELID::text \|\| (NEW\.\S+)::text') AS parent
               FROM pg_proc p WHERE p.pronamespace = 'wf'::regnamespace AND p.proname ~ '^bounded_' LOOP
        EXECUTE format('CREATE OR REPLACE FUNCTION %s RETURNS trigger LANGUAGE plpgsql AS %L', f.named,
                       regexp_replace(f.prosrc, '\mBEGIN\M',
                                      format('BEGIN IF %s::text = current_setting(''wf.made'', true) THEN RETURN NULL; END IF;', f.parent)));
    END LOOP;
END
$$;
