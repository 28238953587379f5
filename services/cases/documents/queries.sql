-- Statements of documents.

-- q_document_facts(case_id uuid) -> many document_fact(person_id uuid?, kind text, status text, country text?, valid_until date?)
SELECT person_id, kind, status, country, valid_until FROM documents WHERE case_id = $case_id ORDER BY kind LIMIT 200;

-- q_document_case(case_id uuid) -> one document_case(id uuid)
SELECT id FROM cases WHERE id = $case_id;

-- q_document_person_in_case(case_id uuid, person_id uuid) -> maybe document_person(person_id uuid)
SELECT person_id FROM case_persons WHERE case_id = $case_id AND person_id = $person_id AND left_at IS NULL;

-- q_document_of(case_id uuid, id uuid) -> maybe document_of(id uuid)
SELECT id FROM documents WHERE org = sec.org() AND case_id = $case_id AND id = $id;

-- q_document_get(id uuid) -> one document_row(id uuid, case_id uuid, person_id uuid?, kind text, status text, required_by text?, country text?, valid_from date?, valid_until date?, requested_at timestamptz?, received_at timestamptz?, verified_at timestamptz?, verified_by text?, rejected_reason text?, custody text, version int4, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb, content jsonb?, applications jsonb, custody_changes jsonb)
SELECT id, case_id, person_id, kind, status, required_by, country, valid_from, valid_until, requested_at, received_at, verified_at, verified_by,
       rejected_reason, custody, version, created_by, created_at, updated_at, allowed_actions, content,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'id', a.id, 'documentId', a.document_id, 'authority', a.authority, 'appliedOn', a.applied_on,
                   'appointmentId', a.appointment_id,
                   'fee', CASE WHEN a.fee_amount IS NOT NULL THEN jsonb_build_object('amount', a.fee_amount, 'currency', a.fee_currency) END,
                   'interviewInPerson', a.interview_in_person, 'expectedOn', a.expected_on, 'status', a.status, 'version', a.version)
                   ORDER BY a.applied_on, a.id), '[]')
          FROM document_applications a WHERE a.document_id = d.id) AS applications,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'from', c.holder_from, 'to', c.holder_to, 'note', c.note, 'byUser', c.by_user,
                   'at', rfc3339(c.at)) ORDER BY c.at, c.id), '[]')
          FROM document_custody c WHERE c.document_id = d.id) AS custody_changes
  FROM documents_shown d WHERE id = $id;

-- q_document_list{case_id uuid, status text?, kind text?} -> list document_item(id uuid, case_id uuid, person_id uuid?, kind text, status text, required_by text?, country text?, valid_from date?, valid_until date?, requested_at timestamptz?, received_at timestamptz?, verified_at timestamptz?, verified_by text?, rejected_reason text?, custody text, version int4, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb, content jsonb?)
SELECT id, case_id, person_id, kind, status, required_by, country, valid_from, valid_until, requested_at, received_at, verified_at, verified_by,
       rejected_reason, custody, version, created_by, created_at, updated_at, allowed_actions, content
  FROM documents_shown WHERE case_id = $case_id
--? status AND status = $status
--? kind   AND kind = $kind
--sort createdAt created_at timestamptz
;

-- q_document_lock(id uuid) -> one document_locked(case_id uuid, person_id uuid?, kind text, status text, country text?, valid_from date?, valid_until date?, custody text, version int4)        lane: own
SELECT case_id, person_id, kind, status, country, valid_from, valid_until, custody, version FROM documents WHERE id = $id FOR UPDATE;

-- q_document_add{id uuid, case_id uuid, person_id uuid?, kind text, required_by text?, country text?, valid_from date?, valid_until date?, by text, now timestamptz} -> exactly 1
INSERT INTO documents (id, org, case_id, person_id, kind, required_by, country, valid_from, valid_until, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $case_id, $person_id, $kind, $required_by, $country, $valid_from, $valid_until, $by, $now, $now);

-- q_document_save{id uuid, person_id uuid?, country text?, valid_from date?, valid_until date?, now timestamptz} -> exactly 1
UPDATE documents SET person_id = $person_id, country = $country, valid_from = $valid_from, valid_until = $valid_until,
       version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_document_step{id uuid, status text, country text?, valid_from date?, valid_until date?, rejected_reason text?, custody text, by text, now timestamptz} -> exactly 1
UPDATE documents SET status = $status, country = $country, valid_from = $valid_from, valid_until = $valid_until, custody = $custody,
       rejected_reason = $rejected_reason,
       requested_at = CASE WHEN $status = 'requested' THEN $now ELSE requested_at END,
       received_at = CASE WHEN $status = 'received' THEN $now ELSE received_at END,
       verified_at = CASE WHEN $status = 'verified' THEN $now WHEN $status = 'expired' THEN verified_at END,
       verified_by = CASE WHEN $status = 'verified' THEN $by WHEN $status = 'expired' THEN verified_by END,
       version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_document_custody_add{id uuid, case_id uuid, document_id uuid, holder_from text, holder_to text, note text?, by text, now timestamptz} -> exactly 1
INSERT INTO document_custody (id, org, case_id, document_id, holder_from, holder_to, note, by_user, at)
VALUES ($id, sec.org(), $case_id, $document_id, $holder_from, $holder_to, $note, $by, $now);

-- q_document_touch(id uuid, now timestamptz) -> exactly 1
UPDATE documents SET version = version + 1, updated_at = $now WHERE id = $id;

-- q_application_open(document_id uuid) -> maybe application_open(id uuid)
SELECT id FROM document_applications WHERE document_id = $document_id AND status = 'open' LIMIT 1;

-- q_application_appointment(id uuid, case_id uuid) -> maybe application_appointment(id uuid)
SELECT id FROM appointments WHERE id = $id AND case_id = $case_id;

-- q_application_add{id uuid, case_id uuid, document_id uuid, authority text, applied_on date, appointment_id uuid?, fee_amount int8?, fee_currency text?, interview_in_person bool, expected_on date?, by text, now timestamptz} -> exactly 1
INSERT INTO document_applications (id, org, case_id, document_id, authority, applied_on, appointment_id, fee_amount, fee_currency,
                                   interview_in_person, expected_on, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $case_id, $document_id, $authority, $applied_on, $appointment_id, $fee_amount, $fee_currency,
        $interview_in_person, $expected_on, $by, $now, $now);

-- q_application_lock(id uuid) -> one application_locked(case_id uuid, document_id uuid, status text, appointment_id uuid?, expected_on date?, version int4)        lane: own
SELECT case_id, document_id, status, appointment_id, expected_on, version FROM document_applications WHERE id = $id FOR UPDATE;

-- q_application_save{id uuid, status text, appointment_id uuid?, expected_on date?, now timestamptz} -> exactly 1
UPDATE document_applications SET status = $status, appointment_id = $appointment_id, expected_on = $expected_on, version = version + 1,
       updated_at = $now
 WHERE id = $id;

-- q_application_get(id uuid) -> one application_row(id uuid, document_id uuid, authority text, applied_on date, appointment_id uuid?, fee jsonb?, interview_in_person bool, expected_on date?, status text, version int4)
SELECT id, document_id, authority, applied_on, appointment_id,
       CASE WHEN fee_amount IS NOT NULL THEN jsonb_build_object('amount', fee_amount, 'currency', fee_currency) END AS fee,
       interview_in_person, expected_on, status, version
  FROM document_applications WHERE id = $id;

-- q_document_hold(id uuid, holder text, now timestamptz) -> exactly 1
UPDATE documents SET custody = $holder, version = version + 1, updated_at = $now WHERE id = $id;

-- q_content_get(document_id uuid) -> one content_row(version int4, id uuid?, object uuid?, type text?, bytes int4?, sha256 text?, data_key bytea?)
SELECT d.version, k.id, k.object, k.type, k.bytes, k.sha256, k.data_key
  FROM documents d LEFT JOIN document_contents k ON k.org = d.org AND k.document_id = d.id
 WHERE d.id = $document_id;

-- q_object_begin(object uuid) -> exactly 1
INSERT INTO stored_objects (object, org) VALUES ($object, sec.org());

-- q_content_add{id uuid, case_id uuid, document_id uuid, object uuid, type text, bytes int4, sha256 text, data_key bytea, by text, now timestamptz} -> exactly 1
INSERT INTO document_contents (id, org, case_id, document_id, object, type, bytes, sha256, data_key, uploaded_by, uploaded_at)
VALUES ($id, sec.org(), $case_id, $document_id, $object, $type, $bytes, $sha256, $data_key, $by, $now);

-- q_content_delete(document_id uuid) -> any
DELETE FROM document_contents WHERE org = sec.org() AND document_id = $document_id;

-- q_objects_give_up() -> any        lease
UPDATE stored_objects SET state = 'doomed', since = now() WHERE state = 'writing' AND since < now() - interval '15 minutes';

-- What is given up is removed when that is committed, and not before: until then it may still become live.
-- q_objects_doomed(keep_days int8) -> many doomed_object(object uuid)        lane: own lease
SELECT object FROM stored_objects WHERE state = 'doomed' AND since < now() - make_interval(days => $keep_days::int4) ORDER BY since LIMIT 20 FOR UPDATE SKIP LOCKED;

-- q_object_gone(object uuid) -> exactly 1
DELETE FROM stored_objects WHERE object = $object AND state = 'doomed';

-- q_objects_count() -> one objects_counted(writing int8, live int8, doomed int8)        lane: own
SELECT count(*) FILTER (WHERE state = 'writing') AS writing, count(*) FILTER (WHERE state = 'live') AS live, count(*) FILTER (WHERE state = 'doomed') AS doomed
  FROM stored_objects;
