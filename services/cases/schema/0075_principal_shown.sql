-- The name by which a list shows the principal stands on the case. Looking it up for each of fifty cases was more than half of what the
-- list's statement cost. Whoever reads the case may read the name: policies on names ask for the organisation alone.
ALTER TABLE cases ADD COLUMN shown_given text, ADD COLUMN shown_family text;
GRANT UPDATE (shown_given, shown_family) ON cases TO {{service}}, {{worker}};

-- A case is opened, and its principal's names are written, one after the other: each sees what the other has committed.
CREATE FUNCTION cases_shown() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('cases_shown/' || NEW.principal_id, 0));
    SELECT n.given, n.family INTO NEW.shown_given, NEW.shown_family FROM person_names n
     WHERE n.org = NEW.org AND n.person_id = NEW.principal_id ORDER BY n.kind <> 'asOnDocument', n.position LIMIT 1;
    RETURN NEW;
END
$$;
CREATE TRIGGER cases_shown BEFORE INSERT ON cases FOR EACH ROW EXECUTE FUNCTION cases_shown();

-- Whoever corrects a name may not see every case of the person, and yet it is to be right there: the function looks as the house does.
-- It tells nothing, and a case's version and ETag do not move.
CREATE FUNCTION person_names_shown() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    scope text := coalesce(current_setting('wf.scope', true), '');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('cases_shown/' || t.person_id, 0))
       FROM (SELECT DISTINCT person_id FROM touched ORDER BY person_id) AS t;
    PERFORM set_config('wf.scope', 'internal', true); -- an error takes it back
    UPDATE cases AS c SET shown_given = n.given, shown_family = n.family
      FROM (SELECT DISTINCT org, person_id FROM touched) AS t
      LEFT JOIN LATERAL (SELECT p.given, p.family FROM person_names p WHERE p.org = t.org AND p.person_id = t.person_id
                          ORDER BY p.kind <> 'asOnDocument', p.position LIMIT 1) AS n ON true
     WHERE c.org = t.org AND c.principal_id = t.person_id AND (c.shown_given, c.shown_family) IS DISTINCT FROM (n.given, n.family);
    PERFORM set_config('wf.scope', scope, true);
    RETURN NULL;
END
$$;
CREATE TRIGGER person_names_added AFTER INSERT ON person_names REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION person_names_shown();
CREATE TRIGGER person_names_dropped AFTER DELETE ON person_names REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION person_names_shown();

ALTER TABLE cases NO FORCE ROW LEVEL SECURITY;
ALTER TABLE person_names NO FORCE ROW LEVEL SECURITY;
UPDATE cases AS c SET shown_given = n.given, shown_family = n.family
  FROM (SELECT DISTINCT ON (org, person_id) org, person_id, given, family FROM person_names
         ORDER BY org, person_id, kind <> 'asOnDocument', position) AS n
 WHERE n.org = c.org AND n.person_id = c.principal_id;
ALTER TABLE person_names FORCE ROW LEVEL SECURITY;
ALTER TABLE cases FORCE ROW LEVEL SECURITY;

UPDATE wf.subject_tables SET clears = clears || '{"shown_given": "NULL", "shown_family": "NULL"}' WHERE tbl = 'cases';
