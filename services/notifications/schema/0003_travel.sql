-- Messages that rest on a movement of the travel service or on an invitation to a survey.
--
-- ref_kind and ref_id say whose message it is: a case (then case_id is the same, and its readers decide), or an assignment or mission of
-- the diaspora service, which knows the person; nothing of them is kept here.

ALTER TABLE messages ADD COLUMN ref_kind text, ADD COLUMN ref_id uuid;
ALTER TABLE messages
    DROP CONSTRAINT messages_basis_kind_check,
    DROP CONSTRAINT messages_basis_event_check,
    DROP CONSTRAINT messages_check,
    ADD CONSTRAINT messages_basis_kind_check CHECK (basis_kind IN ('appointment', 'document', 'task', 'case', 'movement', 'survey')),
    ADD CONSTRAINT messages_basis_event_check
        CHECK (basis_event IN ('reminder', 'moved', 'cancelled', 'itinerary', 'invitation')),
    ADD CONSTRAINT messages_recipient CHECK (num_nonnulls(case_id, person_id, user_id) > 0 OR ref_id IS NOT NULL OR basis_kind = 'survey'),
    ADD CONSTRAINT messages_ref CHECK ((ref_kind IS NULL) = (ref_id IS NULL)),
    ADD CONSTRAINT messages_ref_kind CHECK (ref_kind IN ('case', 'assignment', 'mission')),
    ADD CONSTRAINT messages_ref_case CHECK (ref_kind <> 'case' OR case_id = ref_id);
CREATE INDEX messages_ref ON messages (org, basis_id, ref_id) WHERE ref_id IS NOT NULL;

-- What goes to experts and respondents is the diaspora programmes' business; a caseworker does not learn of it.
DROP POLICY need_to_know ON messages;
CREATE POLICY need_to_know ON messages AS RESTRICTIVE FOR SELECT TO {{service}}
    USING ((case_id IS NULL OR EXISTS (SELECT 1 FROM wf.case_readers r WHERE r.org = messages.org AND r.case_id = messages.case_id))
           AND (sensitivity = '' OR (SELECT sec.has('protection:read')) OR (SELECT sec.has('internal')))
           AND (basis_kind <> 'survey' AND ref_kind IS DISTINCT FROM 'assignment' AND ref_kind IS DISTINCT FROM 'mission'
                OR (SELECT sec.has('assignments:read')) OR (SELECT sec.has('internal'))));
