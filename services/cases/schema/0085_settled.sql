-- A case that was opened in the same transaction has no deadlines yet but those of its programme: they are not counted.
CREATE OR REPLACE FUNCTION cases_shown() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('wf.made', NEW.id::text, true);
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('cases_shown/' || NEW.principal_id, 0));
    SELECT n.given, n.family INTO NEW.shown_given, NEW.shown_family FROM person_names n
     WHERE n.org = NEW.org AND n.person_id = NEW.principal_id ORDER BY n.kind <> 'asOnDocument', n.position LIMIT 1;
    RETURN NEW;
END
$$;

SELECT sec.settle();
