-- Who may know of a case, in the databases of the services that keep something of it besides the cases service itself.
--
-- Kept by its events (cases.case.opened, cases.case.readersChanged), which come before whatever is planned for the case. What is not
-- known yet is seen by nobody. What belongs to a case carries case_id and has the policy
--   AS RESTRICTIVE FOR SELECT TO {{service}}
--   USING (case_id IS NULL OR EXISTS (SELECT 1 FROM wf.case_readers r WHERE r.org = t.org AND r.case_id = t.case_id))

CREATE TABLE wf.case_readers (
    org              text   NOT NULL,
    case_id          uuid   NOT NULL,
    programme        text   NOT NULL,
    confidentiality  text   NOT NULL,
    offices          text[] NOT NULL,
    team             text[] NOT NULL,
    PRIMARY KEY (org, case_id)
);
SELECT sec.isolate('wf.case_readers', 'programme, confidentiality, offices, team');
-- As on the cases themselves (services/cases/schema/0001).
CREATE POLICY need_to_know ON wf.case_readers AS RESTRICTIVE FOR SELECT TO {{service}} USING (
    (SELECT sec.has('internal'))
    OR ('programme:' || programme = ANY ((SELECT string_to_array(sec.scope(), ' '))::text[])
        AND string_to_array('office:' || array_to_string(offices, ' office:'), ' ') && (SELECT string_to_array(sec.scope(), ' '))
        AND (confidentiality = 'normal'
             OR (confidentiality = 'restricted' AND (SELECT sec.has('cases.restricted:read')))
             OR (SELECT sec.sub()) = ANY (team))));

-- An instant as the API writes it, for JSON that is made in the database.
CREATE FUNCTION wf.rfc3339(at timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
           || CASE WHEN date_trunc('second', at) = at THEN '' ELSE to_char(at AT TIME ZONE 'UTC', '.US') END || 'Z';
