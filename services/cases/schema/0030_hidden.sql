-- What is hidden leaves no trace, in two places where it did.

-- ---- trainings ----
-- A place is taken by whom the asker may know of, counted at the asking (trainings/queries.sql: q_course_taken). The counter told by a 409
-- that there are others; it is no longer kept, and goes with a later migration.
ALTER TABLE training_courses DROP CONSTRAINT training_courses_check1;

-- ---- persons ----
-- Who is known by secret cases alone is known to their teams alone. A reader's view of case_persons cannot tell "no case" from "a case
-- that is hidden", so that it stands here, without need-to-know; no statement reads these two tables, only the policy does. It asks for the
-- team and not for the case: the policies on cases below it would be planned anew with every statement on persons.
CREATE TABLE secret_cases (
    org      text NOT NULL,
    case_id  uuid NOT NULL,
    PRIMARY KEY (org, case_id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id)
);
SELECT sec.isolate('secret_cases', '', 'DELETE');

CREATE TABLE person_cases (
    org        text NOT NULL,
    person_id  uuid NOT NULL,
    case_id    uuid NOT NULL,
    secret     bool NOT NULL,
    PRIMARY KEY (org, person_id, case_id),
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id),
    FOREIGN KEY (org, case_id) REFERENCES cases (org, id)
);
CREATE INDEX person_cases_secret ON person_cases (org, person_id) WHERE secret;
CREATE INDEX person_cases_case ON person_cases (org, case_id);
SELECT sec.isolate('person_cases', 'secret');

ALTER TABLE cases NO FORCE ROW LEVEL SECURITY;
ALTER TABLE case_persons NO FORCE ROW LEVEL SECURITY;
ALTER TABLE secret_cases NO FORCE ROW LEVEL SECURITY;
ALTER TABLE person_cases NO FORCE ROW LEVEL SECURITY;
INSERT INTO secret_cases (org, case_id) SELECT org, id FROM cases WHERE confidentiality = 'secret';
INSERT INTO person_cases (org, person_id, case_id, secret)
SELECT DISTINCT cp.org, cp.person_id, cp.case_id, c.confidentiality = 'secret' FROM case_persons cp JOIN cases c ON c.org = cp.org AND c.id = cp.case_id;
ALTER TABLE cases FORCE ROW LEVEL SECURITY;
ALTER TABLE case_persons FORCE ROW LEVEL SECURITY;
ALTER TABLE secret_cases FORCE ROW LEVEL SECURITY;
ALTER TABLE person_cases FORCE ROW LEVEL SECURITY;

-- Triggers: whoever makes, opens or hides a case, by whatever statement, and with the writer's own rights.
CREATE FUNCTION cases_secrecy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.confidentiality = 'secret' THEN
        INSERT INTO secret_cases (org, case_id) VALUES (NEW.org, NEW.id) ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM secret_cases WHERE org = NEW.org AND case_id = NEW.id;
    END IF;
    UPDATE person_cases SET secret = (NEW.confidentiality = 'secret') WHERE org = NEW.org AND case_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER cases_secrecy_made AFTER INSERT ON cases FOR EACH ROW WHEN (NEW.confidentiality = 'secret') EXECUTE FUNCTION cases_secrecy();
CREATE TRIGGER cases_secrecy_changed AFTER UPDATE OF confidentiality ON cases FOR EACH ROW
    WHEN (OLD.confidentiality IS DISTINCT FROM NEW.confidentiality) EXECUTE FUNCTION cases_secrecy();

-- Who once was of a case stays known by it.
CREATE FUNCTION case_persons_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO person_cases (org, person_id, case_id, secret)
    VALUES (NEW.org, NEW.person_id, NEW.case_id, EXISTS (SELECT 1 FROM secret_cases s WHERE s.org = NEW.org AND s.case_id = NEW.case_id))
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER case_persons_known AFTER INSERT ON case_persons FOR EACH ROW EXECUTE FUNCTION case_persons_known();

CREATE POLICY secret ON persons AS RESTRICTIVE FOR SELECT TO {{service}} USING (
    NOT EXISTS (SELECT 1 FROM person_cases k WHERE k.org = persons.org AND k.person_id = persons.id AND k.secret)
    OR (SELECT sec.has('internal'))
    OR EXISTS (SELECT 1 FROM person_cases k WHERE k.org = persons.org AND k.person_id = persons.id AND NOT k.secret)
    OR EXISTS (SELECT 1 FROM person_cases k JOIN case_team t ON t.org = k.org AND t.case_id = k.case_id
                WHERE k.org = persons.org AND k.person_id = persons.id AND k.secret AND t.user_id = (SELECT sec.sub())));

-- What is asked for by the person's id, without the person.
CREATE POLICY known ON residence_statuses AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM persons p WHERE p.id = person_id));
CREATE POLICY known ON stays AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM persons p WHERE p.id = person_id));
CREATE POLICY known ON contact_points AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM persons p WHERE p.id = person_id));
CREATE POLICY known ON person_identifiers AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM persons p WHERE p.id = person_id));
CREATE POLICY known ON family_members AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM persons p WHERE p.id = person_id));
