-- A number that was given out since is not given out again: sequences go on where the replaced database was, or leave a gap where
-- that is not known; numbers within a key leave one too. The relay has published nothing of this generation.
DO $$
DECLARE
    s record;
BEGIN
    FOR s IN SELECT format('%I.%I', p.schemaname, p.sequencename) AS name, p.max_value,
                    greatest(coalesce(p.last_value, 0) + {{gap}}, coalesce(o.last, 0)) AS next
               FROM pg_sequences AS p
               LEFT JOIN (VALUES {{sequences}}) AS o (name, last) ON o.name = format('%I.%I', p.schemaname, p.sequencename) LOOP
        IF s.next > 0 THEN
            PERFORM setval(s.name::regclass, least(s.next, s.max_value));
        END IF;
    END LOOP;
END
$$;
UPDATE wf.outbox_seq SET last = last + 1000000;
INSERT INTO wf.restored (backup_at) VALUES ('{{at}}');
