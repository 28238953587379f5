-- Rights of data subjects: requests for an export or an erasure, what the services answered, the certificate; former values of
-- corrected persons; and the catalogue of this database (libcommon/app/schema/0006).
--
--   export:   collecting ──► ready ──► expired
--   erasure:  collecting ──► planned ──approve──► erasing ──► done
--                 ▲             ├──reject──► rejected  ╰─────► held      something stood in the way meanwhile
--                 ╰──replan─────┴───────────────────────────────╯

CREATE TABLE subject_requests (
    id            uuid        PRIMARY KEY,
    org           text        NOT NULL,
    person_id     uuid        NOT NULL,
    kind          text        NOT NULL CHECK (kind IN ('export', 'erasure')),
    origin        text        NOT NULL CHECK (origin IN ('person', 'retention')),
    reason        text        NOT NULL,
    status        text        NOT NULL DEFAULT 'collecting'
                  CHECK (status IN ('collecting', 'ready', 'expired', 'planned', 'rejected', 'erasing', 'held', 'done')),
    ask_id        uuid        NOT NULL,           -- the question that the services are at
    phase         text        NOT NULL CHECK (phase IN ('export', 'plan', 'erase')),
    own_cases     uuid[]      NOT NULL,           -- cases of nobody else: what the question was about
    asked_by      text,                           -- who stands for it; NULL: proposed by retention, nobody yet
    asked_at      timestamptz NOT NULL,
    decided_by    text,
    decided_at    timestamptz,
    decision      text,                           -- the decider's words
    ready_at      timestamptz,
    expires_at    timestamptz,                    -- of an export
    done_at       timestamptz,
    version       int4        NOT NULL DEFAULT 1,
    updated_at    timestamptz NOT NULL,
    UNIQUE (org, id),
    CHECK (decided_by <> asked_by),
    CHECK (status NOT IN ('erasing', 'held', 'done') OR (decided_by IS NOT NULL AND asked_by IS NOT NULL))
);
CREATE INDEX subject_requests_asked ON subject_requests (org, asked_at DESC, id DESC);
-- One erasure at a time for a person.
CREATE UNIQUE INDEX subject_requests_now ON subject_requests (org, person_id)
    WHERE kind = 'erasure' AND status IN ('collecting', 'planned', 'erasing', 'held');
SELECT sec.isolate('subject_requests', 'status, ask_id, phase, own_cases, asked_by, decided_by, decided_at, decision, ready_at, expires_at, done_at, '
                                       'version, updated_at');

-- What a service answered to a question of a request. The parts of an export are sealed.
CREATE TABLE subject_parts (
    org          text        NOT NULL,
    request_id   uuid        NOT NULL,
    phase        text        NOT NULL CHECK (phase IN ('export', 'plan', 'erase')),
    service      text        NOT NULL,
    body         jsonb,                           -- plan, erase: [{table, fate, why, rows}]
    sealed       bytea,                           -- export: class document, place subject_parts.sealed
    blocks       jsonb       NOT NULL,            -- [{code, kind, id}]
    answered_at  timestamptz NOT NULL,
    PRIMARY KEY (org, request_id, phase, service),
    FOREIGN KEY (org, request_id) REFERENCES subject_requests (org, id),
    CHECK (num_nonnulls(body, sealed) = 1)
);
SELECT sec.isolate('subject_parts', '', 'DELETE');

-- What stays of a case when its persons are erased: nobody is found by it.
CREATE TABLE case_statistics (
    id                 uuid PRIMARY KEY,
    org                text NOT NULL,
    programme          text NOT NULL,
    programme_version  int4 NOT NULL,
    result             text,
    country_of_return  text,
    opened_year        int4 NOT NULL,
    closed_year        int4,
    persons            int4 NOT NULL,
    sex                text NOT NULL,
    age_band           text NOT NULL CHECK (age_band IN ('0-17', '18-29', '30-44', '45-59', '60+', 'unknown'))
);
SELECT sec.isolate('case_statistics');

-- What stood in a person's record before a correction.
CREATE TABLE person_history (
    id          uuid        PRIMARY KEY,
    org         text        NOT NULL,
    person_id   uuid        NOT NULL,
    field       text        NOT NULL,
    former      bytea       NOT NULL,             -- JSON; class document, place person_history.former
    reason      text,
    changed_by  text        NOT NULL,
    changed_at  timestamptz NOT NULL,
    FOREIGN KEY (org, person_id) REFERENCES persons (org, id)
);
CREATE INDEX person_history_person ON person_history (org, person_id, changed_at DESC, id DESC);
SELECT sec.isolate('person_history');
CREATE POLICY known ON person_history AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM persons p WHERE p.id = person_id));

-- Who is erased, and a case of whom all are erased, stay as empty rows that others refer to. No reader sees them.
ALTER TABLE persons ADD COLUMN erased_at timestamptz;
ALTER TABLE cases ADD COLUMN erased_at timestamptz;
GRANT UPDATE (erased_at) ON persons, cases TO {{worker}};
CREATE POLICY erased ON persons AS RESTRICTIVE FOR SELECT TO {{service}} USING (erased_at IS NULL);
CREATE POLICY erased ON cases AS RESTRICTIVE FOR SELECT TO {{service}} USING (erased_at IS NULL);

-- Cases whose retention began before this was kept by the scheduler.
ALTER TABLE cases NO FORCE ROW LEVEL SECURITY;
ALTER TABLE wf.due NO FORCE ROW LEVEL SECURITY;
INSERT INTO wf.due (kind, key, org, due_at, data)
SELECT 'retention', id, org, (retain_until + 1)::timestamptz, jsonb_build_object('caseId', id) FROM cases WHERE retain_until IS NOT NULL;
ALTER TABLE cases FORCE ROW LEVEL SECURITY;
ALTER TABLE wf.due FORCE ROW LEVEL SECURITY;

CREATE OR REPLACE FUNCTION wf.subject_blocks(person uuid, own uuid[], today date) RETURNS TABLE (code text, kind text, id uuid) LANGUAGE sql STABLE AS $$
    SELECT b.code, 'case', c.id
      FROM cases c
      JOIN LATERAL (VALUES ('case.legalHold', c.legal_hold),
                           ('case.open', c.closed_at IS NULL),
                           ('retention.notOver', c.closed_at IS NOT NULL AND c.retain_until >= today)) AS b (code, holds) ON b.holds
     WHERE c.erased_at IS NULL AND EXISTS (SELECT 1 FROM case_persons cp WHERE cp.org = c.org AND cp.case_id = c.id AND cp.person_id = person)
    UNION ALL
    SELECT 'document.inCustody', 'document', d.id FROM documents d WHERE d.person_id = person AND d.custody NOT IN ('person', 'embassy')
$$;

-- ---- the catalogue ----

SELECT wf.subject_table('persons', 'clear', 't.id = $1', 'id birth_date birth_estimated sex nationalities languages interpreter_needed deceased_on created_at updated_at',
    clears => '{"birth_date": "NULL", "birth_estimated": "false", "birth_first": "NULL", "birth_last": "NULL", "sex": "''unknown''", "nationalities": "''{}''",
                "languages": "''[]''", "interpreter_needed": "false", "deceased_on": "NULL", "restriction_reason": "NULL", "version": "t.version + 1"}');
SELECT wf.subject_table('person_names', 'delete', 't.person_id = $1', 'kind given family script');
SELECT wf.subject_table('person_name_keys', 'delete', 't.person_id = $1');
SELECT wf.subject_table('person_identifiers', 'delete', 't.person_id = $1', 'kind number_sealed country issued_on expires_on',
    sealed => '{"number_sealed": {"cls": "document", "place": "person_identifiers.number", "row": "id"}}');
SELECT wf.subject_table('person_history', 'delete', 't.person_id = $1', 'field former changed_at',
    sealed => '{"former": {"cls": "document", "place": "person_history.former", "row": "id"}}');
SELECT wf.subject_table('contact_points', 'delete', 't.person_id = $1', 'kind value preferred zone safe_hours safe_to_contact created_at ended_at');
SELECT wf.subject_table('residence_statuses', 'delete', 't.person_id = $1', 'country kind document_number valid_from valid_until source created_at',
    sealed => '{"document_number": {"cls": "document", "place": "residence_statuses.document_number", "row": "id"}}');
SELECT wf.subject_table('stays', 'delete', 't.person_id = $1', 'kind organisation place from_on until_on created_at');
SELECT wf.subject_table('external_refs', 'delete', 't.subject = $1 OR t.subject = ANY ($2)', 'kind organisation value');
SELECT wf.subject_table('families', 'none');
SELECT wf.subject_table('family_members', 'delete', 't.person_id = $1', 'relation dependant joined_at left_at');
SELECT wf.subject_table('family_changes', 'clear', '$1 = ANY (t.person_ids)', clears => '{"person_ids": "array_remove(t.person_ids, $1)", "reason": "NULL"}');
SELECT wf.subject_table('cases', 'clear', 't.id = ANY ($2)',
    'id reference programme status result country_of_return country_of_origin planned_departure_on opened_at closed_at retention_class retain_until',
    also => 't.id IN (SELECT cp.case_id FROM case_persons cp WHERE cp.person_id = $1)',
    clears => '{"reference": "''ERASED-'' || t.id", "caseworker": "NULL", "family_id": "NULL", "country_of_return": "NULL", "country_of_origin": "NULL",
                "planned_departure_on": "NULL", "suspension_reason": "NULL", "result": "NULL", "fund": "NULL", "version": "t.version + 1"}');
SELECT wf.subject_table('case_team', 'delete', 't.case_id = ANY ($2)');
SELECT wf.subject_table('case_persons', 'delete', 't.case_id = ANY ($2)', 'case_id role relation dependant joined_at left_at', also => 't.person_id = $1');
SELECT wf.subject_table('case_roles', 'delete', 't.case_id = ANY ($2)', 'case_id role valid_from valid_until', also => 't.person_id = $1');
SELECT wf.subject_table('case_moves', 'delete', 't.case_id = ANY ($2)', 'case_id transition from_status to_status reason at');
SELECT wf.subject_table('deadlines', 'delete', 't.case_id = ANY ($2)', 'case_id kind code due_on status source');
SELECT wf.subject_table('overrides', 'delete', 't.case_id = ANY ($2)', 'case_id transition guards reason status asked_at decided_at decision');
SELECT wf.subject_table('protection_clearances', 'delete', 't.case_id = ANY ($2)', 'case_id cleared risk_assessed decided_at',
    why => 'what was found is given in person by the protection focal point');
SELECT wf.subject_table('eligibility_checks', 'delete', 't.case_id = ANY ($2)', 'case_id rule_set reference_on created_at');
SELECT wf.subject_table('eligibility_answers', 'delete', 't.check_id IN (SELECT e.id FROM eligibility_checks e WHERE e.case_id = ANY ($2))',
    'rule answer evidence answered_at');
SELECT wf.subject_table('referrals', 'keep', 't.to_org = sec.org() AND t.case_id = ANY ($2)', 'id org programme urgency status created_at decided_at done_at',
    why => 'belongs to the organisation that sent it; it is told of the erasure and asked for its copies');
SELECT wf.subject_table('consents', 'clear', 't.person_id = $1 OR t.case_id = ANY ($2)',
    'purpose recipients categories notice_version language method given given_at expires_at receipt obtained_by withdrawn_at withdrawn_how',
    clears => '{"interpreter": "NULL", "witness": "CASE WHEN t.method = ''oral'' THEN '''' END",
                "given_by": "CASE WHEN t.given <> ''explicit'' THEN '''' END", "receipt": "NULL"}',
    why => 'that there was a consent, and for whom, stays as proof that data were handed over lawfully');
SELECT wf.subject_table('shares', 'keep', 't.org = sec.org() AND t.case_id = ANY ($2)', 'to_org fields level until_on legal_basis regime status created_at ended_at delete_by',
    why => 'what was shared with whom, and by when copies are deleted');
SELECT wf.subject_table('share_confirmations', 'keep', 't.owner_org = sec.org() AND t.share_id IN (SELECT s.id FROM shares s WHERE s.case_id = ANY ($2))',
    why => 'the recipients'' word that their copies are gone');
SELECT wf.subject_table('partner_views', 'clear', 't.owner_org = sec.org() AND t.case_id = ANY ($2) AND t.body IS NOT NULL', clears => '{"body": "NULL"}');
SELECT wf.subject_table('partner_changes', 'expires', 't.owner_org = sec.org() AND t.subject = ANY ($2)', why => 'identifiers only; deleted after 90 days');
SELECT wf.subject_table('enquiries', 'delete', 't.case_id = ANY ($2)', 'channel language topic place happened_at name outcome');
SELECT wf.subject_table('declarations', 'delete', 't.person_id = $1 OR t.case_id = ANY ($2)',
    'case_id kind number text_version language method signed_at withdrawn_at withdrawn_how', also => 't.person_id = $1');
SELECT wf.subject_table('authority_checks', 'delete', 't.case_id = ANY ($2)', 'case_id authority status asked_at answered_at expires_on');
SELECT wf.subject_table('status_surrenders', 'delete', 't.person_id = $1 OR t.case_id = ANY ($2)',
    'case_id kind status explained_at signed_at handed_in_at effective_at lapsed_at', also => 't.person_id = $1');
SELECT wf.subject_table('disclosure_requests', 'keep', why => 'what an authority asked, in its words: matched to nobody, so found for nobody');
SELECT wf.subject_table('appointments', 'delete', 't.case_id = ANY ($2)', 'case_id kind starts_at duration_minutes zone place status outcome cancel_reason',
    also => 't.person_id = $1 OR t.case_id = ANY ($2)');
SELECT wf.subject_table('tasks', 'delete', 't.case_id = ANY ($2)', 'case_id kind title due_on status outcome', also => 't.case_id = ANY ($2) AND t.sensitivity = ''''');
SELECT wf.subject_table('notes', 'delete', 't.case_id = ANY ($2)', 'case_id kind text created_at updated_at', also => 't.case_id = ANY ($2) AND t.visibility = ''team''');
SELECT wf.subject_table('note_versions', 'delete', 't.note_id IN (SELECT n.id FROM notes n WHERE n.case_id = ANY ($2))', 'note_id version text written_at',
    also => 't.note_id IN (SELECT n.id FROM notes n WHERE n.case_id = ANY ($2) AND n.visibility = ''team'')');
SELECT wf.subject_table('decisions', 'delete', 't.case_id = ANY ($2)', 'case_id subject outcome reason status proposed_at confirmed_at');
SELECT wf.subject_table('documents', 'delete', 't.person_id = $1 OR t.case_id = ANY ($2)',
    'case_id kind status country valid_from valid_until requested_at received_at verified_at rejected_reason custody',
    also => 't.person_id = $1 OR (t.person_id IS NULL AND t.case_id = ANY ($2))');
SELECT wf.subject_table('document_applications', 'delete', 't.document_id IN (SELECT d.id FROM documents d WHERE d.person_id = $1 OR d.case_id = ANY ($2))',
    'authority applied_on fee_amount fee_currency interview_in_person expected_on status',
    also => 't.document_id IN (SELECT d.id FROM documents d WHERE d.person_id = $1)');
SELECT wf.subject_table('document_custody', 'delete', 't.document_id IN (SELECT d.id FROM documents d WHERE d.person_id = $1 OR d.case_id = ANY ($2))',
    'holder_from holder_to at', also => 't.document_id IN (SELECT d.id FROM documents d WHERE d.person_id = $1)');
SELECT wf.subject_table('timeline', 'delete', 't.case_id = ANY ($2)', 'case_id kind at', also => 't.case_id = ANY ($2) AND t.sensitivity = ''''');
SELECT wf.subject_table('travel_requests', 'delete', 't.case_id = ANY ($2)', 'case_id origin_country origin_place destination_country destination_place earliest latest status');
SELECT wf.subject_table('travel_request_persons', 'delete', 't.person_id = $1 OR t.case_id = ANY ($2)', 'request_id needs', also => 't.person_id = $1');
SELECT wf.subject_table('case_journeys', 'delete', 't.case_id = ANY ($2)', 'case_id status departs_at departure_zone arrives_at arrival_zone departed_at arrived_at');
SELECT wf.subject_table('case_passengers', 'delete', 't.person_id = $1 OR t.case_id = ANY ($2)', 'case_id outcome observed_at', also => 't.person_id = $1');
SELECT wf.subject_table('case_clearances', 'delete', 't.person_id = $1 OR t.case_id = ANY ($2)', 'case_id kind outcome at', also => 't.person_id = $1');
SELECT wf.subject_table('case_follow_ups', 'delete', 't.case_id = ANY ($2)', 'case_id code due_on status');
SELECT wf.subject_table('training_courses', 'none');
SELECT wf.subject_table('training_sessions', 'none');
SELECT wf.subject_table('training_participants', 'delete', 't.person_id = $1 OR t.case_id = ANY ($2)', 'training_id case_id enrolled_on status ended_on drop_reason',
    also => 't.person_id = $1');
SELECT wf.subject_table('training_attendance', 'delete',
    't.participant_id IN (SELECT p.id FROM training_participants p WHERE p.person_id = $1 OR p.case_id = ANY ($2))', 'session_id outcome minutes recorded_at',
    also => 't.participant_id IN (SELECT p.id FROM training_participants p WHERE p.person_id = $1)');
SELECT wf.subject_table('training_certificates', 'delete',
    't.participant_id IN (SELECT p.id FROM training_participants p WHERE p.person_id = $1 OR p.case_id = ANY ($2))', 'number issued_on issued_by',
    also => 't.participant_id IN (SELECT p.id FROM training_participants p WHERE p.person_id = $1)');
SELECT wf.subject_table('coaching_notes', 'delete', 't.case_id = ANY ($2)', 'case_id category text follow_up_on created_at');
SELECT wf.subject_table('mentor_links', 'delete', 't.case_id = ANY ($2)', 'case_id from_on until_on meetings last_met_on');
SELECT wf.subject_table('regulated_professions', 'delete', 't.person_id = $1 OR t.case_id = ANY ($2)', 'case_id profession authority status status_on conditions',
    also => 't.person_id = $1');
SELECT wf.subject_table('credential_evaluations', 'delete', 't.person_id = $1 OR t.case_id = ANY ($2)',
    'case_id qualification country institution obtained purpose desk_reference status status_on comparable_level', also => 't.person_id = $1');
SELECT wf.subject_table('evaluation_steps', 'delete',
    't.evaluation_id IN (SELECT e.id FROM credential_evaluations e WHERE e.person_id = $1 OR e.case_id = ANY ($2))', 'from_status to_status step_on',
    also => 't.evaluation_id IN (SELECT e.id FROM credential_evaluations e WHERE e.person_id = $1)');
-- A profile is of the principal, also where the family shares the case.
SELECT wf.subject_table('profile_claims', 'delete', 't.case_id = ANY ($2) OR t.case_id IN (SELECT c.id FROM cases c WHERE c.principal_id = $1)',
    'case_id kind details own_wording edited_wording created_at withdrawn_at withdraw_reason');
SELECT wf.subject_table('profile_claim_versions', 'delete', 't.case_id = ANY ($2) OR t.case_id IN (SELECT c.id FROM cases c WHERE c.principal_id = $1)',
    'claim_id version details own_wording edited_wording replaced_at');
SELECT wf.subject_table('profile_evidence', 'delete',
    't.case_id = ANY ($2) OR t.case_id IN (SELECT c.id FROM cases c WHERE c.principal_id = $1)
     OR t.document_id IN (SELECT d.id FROM documents d WHERE d.person_id = $1)', 'claim_id level description dated_on recorded_at',
    also => 't.case_id = ANY ($2) OR t.case_id IN (SELECT c.id FROM cases c WHERE c.principal_id = $1)');
SELECT wf.subject_table('profile_confirmations', 'delete',
    't.case_id = ANY ($2) OR t.case_id IN (SELECT c.id FROM cases c WHERE c.principal_id = $1)
     OR t.evidence_id IN (SELECT e.id FROM profile_evidence e JOIN documents d ON d.org = e.org AND d.id = e.document_id WHERE d.person_id = $1)',
    'claim_id verified_wording confirmed_at', also => 't.case_id = ANY ($2) OR t.case_id IN (SELECT c.id FROM cases c WHERE c.principal_id = $1)');
SELECT wf.subject_table('secret_cases', 'delete', 't.case_id = ANY ($2)');
SELECT wf.subject_table('person_cases', 'delete', 't.person_id = $1 OR t.case_id = ANY ($2)');
SELECT wf.subject_table('subject_requests', 'keep', 't.person_id = $1', 'kind origin status asked_at decided_at done_at',
    why => 'that it was asked, decided and done; the certificate');
SELECT wf.subject_table('subject_parts', 'delete',
    't.phase = ''export'' AND t.request_id IN (SELECT r.id FROM subject_requests r WHERE r.person_id = $1)',
    why => 'exports go at once; plans and certificates hold identifiers and numbers only');
SELECT wf.subject_table('case_statistics', 'none');
-- What would fall due for something that is no more.
SELECT wf.subject_table('wf.due', 'delete', first => true, finds =>
    't.kind NOT IN (''changesPrune'', ''subjectExpiry'') AND t.key IN (
         SELECT unnest($2) UNION ALL SELECT id FROM tasks WHERE case_id = ANY ($2) UNION ALL SELECT id FROM deadlines WHERE case_id = ANY ($2)
         UNION ALL SELECT id FROM overrides WHERE case_id = ANY ($2) UNION ALL SELECT id FROM case_follow_ups WHERE case_id = ANY ($2)
         UNION ALL SELECT id FROM shares WHERE case_id = ANY ($2)
         UNION ALL SELECT id FROM consents WHERE person_id = $1 OR case_id = ANY ($2)
         UNION ALL SELECT id FROM documents WHERE person_id = $1 OR case_id = ANY ($2))');
