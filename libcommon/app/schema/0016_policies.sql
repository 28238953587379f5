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
