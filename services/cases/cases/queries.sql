-- Cases: opening, showing, listing, moving; members, team, roles, deadlines, overrides, protection clearance.

-- What another area reads to know that the reader sees the case.
-- q_case_brief(id uuid) -> one case_brief(id uuid, reference text, programme text, programme_version int4, status text, caseworker text?,
--   principal_id uuid, offices text[], confidentiality text, version int4)
SELECT id, reference, programme, programme_version, status, caseworker, principal_id, offices, confidentiality, version
  FROM cases
 WHERE id = $id;

-- With the next reference of the programme and the year, AVRR-2026-000123.
-- q_case_insert{id uuid, programme text, programme_version int4, prefix text, year int4, status text, confidentiality text, offices text[],
--   caseworker text?, principal_id uuid, country_of_return text?, country_of_origin text?, planned_departure_on date?,
--   referral_id uuid?, retention_class text, now timestamptz} -> exactly 1
INSERT INTO cases (id, org, programme, programme_version, reference, status, confidentiality, offices, caseworker, principal_id,
                   country_of_return, country_of_origin, planned_departure_on, referral_id, retention_class, opened_at,
                   created_at, updated_at)
VALUES ($id, sec.org(), $programme, $programme_version,
        $prefix || '-' || $year || to_char(nextval(format('reference.%I', $programme || '_' || $year)::regclass), 'FM"-"000000'),
        $status, $confidentiality, $offices, $caseworker, $principal_id, $country_of_return, $country_of_origin, $planned_departure_on, $referral_id, $retention_class, $now, $now, $now);

-- q_case_get(id uuid) -> one case_row(id uuid, reference text, programme text, programme_version int4, status text, status_labels jsonb?,
--   client_status jsonb?, confidentiality text, offices text[], caseworker text?, principal_id uuid, family_id uuid?, members jsonb, team text[],
--   country_of_return text?, country_of_origin text?, planned_departure_on date?, suspension jsonb?, result text?, fund jsonb?,
--   external_refs jsonb, referral_id uuid?, opened_at timestamptz, closed_at timestamptz?, retention jsonb, allowed_actions text[],
--   version int4, created_at timestamptz, updated_at timestamptz)
SELECT c.id, c.reference, c.programme, c.programme_version, c.status, NULL::jsonb AS status_labels, NULL::jsonb AS client_status,
       c.confidentiality, c.offices, c.caseworker, c.principal_id, c.family_id,
       c.shown_members AS members, c.shown_team AS team,
       c.country_of_return, c.country_of_origin, c.planned_departure_on,
       CASE WHEN c.suspended_since IS NOT NULL
            THEN jsonb_build_object('since', rfc3339(c.suspended_since), 'reason', c.suspension_reason, 'resumesTo', c.resumes_to)
       END AS suspension,
       c.result, c.fund,
       c.shown_refs AS external_refs,
       c.referral_id, c.opened_at, c.closed_at,
       jsonb_build_object('class', c.retention_class, 'until', c.retain_until, 'legalHold', c.legal_hold) AS retention,
       '{}'::text[] AS allowed_actions, c.version, c.created_at, c.updated_at
  FROM cases c
 WHERE c.id = $id;

-- q_case_list{status text?, programme text?, caseworker text?, office text?, person_id uuid?, due_before date?, departs_before date?, reference text?}
--   -> list case_item(id uuid, reference text, programme text, status text, confidentiality text, offices text[], caseworker text?,
--   principal__id uuid, principal__given text?, principal__family text?, country_of_return text?, planned_departure_on date?, opened_at timestamptz, closed_at timestamptz?)
SELECT c.id, c.reference, c.programme, c.status, c.confidentiality, c.offices, c.caseworker,
       c.principal_id AS principal__id, c.shown_given AS principal__given, c.shown_family AS principal__family,
       c.country_of_return, c.planned_departure_on, c.opened_at, c.closed_at
  FROM cases c
 WHERE c.org = sec.org()
--? status AND c.status = $status
--? programme AND c.programme = $programme
--? caseworker AND c.caseworker = $caseworker
--? office AND $office = ANY (c.offices)
--? person_id AND c.id IN (SELECT p.case_id FROM case_persons p WHERE p.org = sec.org() AND p.person_id = $person_id AND p.left_at IS NULL)
--? due_before AND c.id IN (SELECT d.case_id FROM deadlines d WHERE d.org = sec.org() AND d.status = 'open' AND d.due_on < $due_before)
--? departs_before AND c.planned_departure_on < $departs_before
--? reference AND c.reference = $reference
--sort -openedAt c.opened_at timestamptz
--sort reference c.reference text
--sort plannedDepartureOn coalesce(c.planned_departure_on,'9999-12-31'::date) date
--id c.id
;

-- q_case_lock(id uuid) -> one case_locked(id uuid, reference text, programme text, programme_version int4, status text, confidentiality text,
--   offices text[], caseworker text?, principal_id uuid, family_id uuid?, country_of_return text?, country_of_origin text?,
--   planned_departure_on date?, suspended_since timestamptz?, suspension_reason text?, resumes_to text?, result text?, fund jsonb?,
--   opened_at timestamptz, closed_at timestamptz?, retention_class text, retain_until date?, legal_hold bool, version int4)
SELECT id, reference, programme, programme_version, status, confidentiality, offices, caseworker, principal_id, family_id, country_of_return,
       country_of_origin, planned_departure_on, suspended_since, suspension_reason, resumes_to, result, fund, opened_at, closed_at,
       retention_class, retain_until, legal_hold, version
  FROM cases
 WHERE id = $id
   FOR UPDATE;

-- The same without a lock, for reads.
-- q_case_state(id uuid) -> one case_locked
SELECT id, reference, programme, programme_version, status, confidentiality, offices, caseworker, principal_id, family_id, country_of_return,
       country_of_origin, planned_departure_on, suspended_since, suspension_reason, resumes_to, result, fund, opened_at, closed_at,
       retention_class, retain_until, legal_hold, version
  FROM cases
 WHERE id = $id;

-- q_case_save{id uuid, confidentiality text, offices text[], caseworker text?, family_id uuid?, country_of_return text?, country_of_origin text?,
--   planned_departure_on date?, fund jsonb?, legal_hold bool, now timestamptz} -> exactly 1
UPDATE cases
   SET confidentiality = $confidentiality, offices = $offices, caseworker = $caseworker, family_id = $family_id,
       country_of_return = $country_of_return, country_of_origin = $country_of_origin, planned_departure_on = $planned_departure_on,
       fund = $fund, legal_hold = $legal_hold, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_case_touch(id uuid, now timestamptz) -> exactly 1
UPDATE cases SET version = version + 1, updated_at = $now WHERE id = $id;

-- q_case_move{id uuid, status text, suspended_since timestamptz?, suspension_reason text?, resumes_to text?, result text?,
--   closed_at timestamptz?, retention_class text, retain_until date?, now timestamptz} -> exactly 1
UPDATE cases
   SET status = $status, suspended_since = $suspended_since, suspension_reason = $suspension_reason, resumes_to = $resumes_to,
       result = $result, closed_at = $closed_at, retention_class = $retention_class, retain_until = $retain_until,
       version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_case_move_add{id uuid, case_id uuid, transition text, from_status text, to_status text, reason text?, override_id uuid?, by text,
--   now timestamptz, observed_at timestamptz?} -> exactly 1
INSERT INTO case_moves (id, org, case_id, transition, from_status, to_status, reason, override_id, by_user, at, observed_at)
VALUES ($id, sec.org(), $case_id, $transition, $from_status, $to_status, $reason, $override_id, $by, $now, $observed_at);

-- q_case_moves(case_id uuid) -> list case_move_row(id uuid, transition text, from text, to text, reason text?, override_id uuid?, by_user text,
--   at timestamptz, observed_at timestamptz?)
SELECT id, transition, from_status AS "from", to_status AS "to", reason, override_id, by_user, at, observed_at
  FROM case_moves
 WHERE case_id = $case_id
--sort at at timestamptz
;

-- q_case_version(id uuid, version int4, now timestamptz) -> exactly 1
UPDATE cases SET programme_version = $version, version = version + 1, updated_at = $now WHERE id = $id;

-- q_case_departure(id uuid, planned_departure_on date?, now timestamptz) -> exactly 1
UPDATE cases SET planned_departure_on = $planned_departure_on, version = version + 1, updated_at = $now WHERE id = $id;

-- ---- members and team ----

-- q_case_person_add{id uuid, case_id uuid, person_id uuid, role text, relation text?, dependant bool, now timestamptz} -> exactly 1
INSERT INTO case_persons (id, org, case_id, person_id, role, relation, dependant, joined_at)
VALUES ($id, sec.org(), $case_id, $person_id, $role, $relation, $dependant, $now);

-- q_case_person_find(case_id uuid, person_id uuid) -> maybe case_person_found(id uuid, role text)
SELECT id, role FROM case_persons WHERE case_id = $case_id AND person_id = $person_id AND left_at IS NULL;

-- q_case_person_leave(id uuid, now timestamptz) -> exactly 1
UPDATE case_persons SET left_at = $now WHERE id = $id AND left_at IS NULL;

-- q_case_team_add(case_id uuid, users text[], by text, now timestamptz) -> any
INSERT INTO case_team (org, case_id, user_id, added_by, added_at)
SELECT sec.org(), $case_id, u, $by, $now FROM unnest($users) AS u
    ON CONFLICT DO NOTHING;

-- q_case_team_keep(case_id uuid, users text[]) -> any
DELETE FROM case_team WHERE org = sec.org() AND case_id = $case_id AND user_id <> ALL ($users);

-- q_case_readers(id uuid) -> one case_readers(programme text, confidentiality text, offices text[], team text[])
SELECT c.programme, c.confidentiality, c.offices, c.shown_team AS team
  FROM cases c
 WHERE c.id = $id;

-- ---- facts for guards: what the other areas do not hold ----

-- q_case_person_facts(case_id uuid) -> many case_person_fact(person_id uuid, principal bool, birth_first date?, birth_last date?, nationalities text[])
SELECT p.id AS person_id, c.role = 'principal' AS principal, p.birth_first, p.birth_last, p.nationalities
  FROM case_persons c
  JOIN persons p ON p.org = c.org AND p.id = c.person_id
 WHERE c.case_id = $case_id AND c.left_at IS NULL
 ORDER BY c.role DESC, c.joined_at, c.id;

-- q_case_role_facts(case_id uuid) -> many case_role_fact(role text, valid_from date, valid_until date?)
SELECT role, valid_from, valid_until FROM case_roles WHERE case_id = $case_id LIMIT 200;

-- q_case_override_facts(case_id uuid, now timestamptz) -> many case_override_fact(id uuid, transition text, guards text[], valid_until timestamptz)
SELECT id, transition, guards, valid_until
  FROM overrides
 WHERE case_id = $case_id AND status = 'granted' AND valid_until > $now
 ORDER BY decided_at;

-- q_case_clearance_fact(case_id uuid) -> maybe case_clearance_fact(cleared bool, risk_assessed bool)
SELECT cleared, risk_assessed FROM protection_clearances WHERE case_id = $case_id;

-- ---- expand ----

-- q_case_members_expanded(case_id uuid) -> one case_members_expanded(items jsonb)
SELECT coalesce(jsonb_agg(jsonb_build_object(
           'personId', c.person_id, 'role', c.role, 'relation', c.relation, 'dependant', c.dependant,
           'names', (SELECT jsonb_agg(jsonb_build_object('given', n.given, 'family', n.family, 'kind', n.kind, 'script', n.script) ORDER BY n.position)
                       FROM person_names n WHERE n.org = c.org AND n.person_id = c.person_id),
           'birthDate', CASE WHEN p.birth_date IS NOT NULL
                             THEN jsonb_build_object('value', p.birth_date, 'estimated', p.birth_estimated) END,
           'sex', p.sex, 'nationalities', p.nationalities) ORDER BY c.role DESC, c.joined_at, c.id), '[]') AS items
  FROM case_persons c
  JOIN persons p ON p.org = c.org AND p.id = c.person_id
 WHERE c.case_id = $case_id AND c.left_at IS NULL;

-- q_case_tasks_expanded(case_id uuid) -> many case_task_expanded(id uuid, case_id uuid?, kind text, title text, details text?, urgency text,
--   due_on date, assignee text?, status text, overdue bool, outcome text?, done_by text?, done_at timestamptz?, sensitivity text,
--   version int4, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT id, case_id, kind, title, details, urgency, due_on, assignee, status, overdue, outcome, done_by, done_at, sensitivity,
       version, created_by, created_at, updated_at, allowed_actions
  FROM tasks_shown
 WHERE case_id = $case_id AND status = 'open'
 ORDER BY due_on, id
 LIMIT 200;

-- q_case_documents_expanded(case_id uuid) -> many case_document_expanded(id uuid, case_id uuid, person_id uuid?, kind text, status text,
--   required_by text?, country text?, valid_from date?, valid_until date?, requested_at timestamptz?, received_at timestamptz?,
--   verified_at timestamptz?, verified_by text?, rejected_reason text?, custody text, version int4, created_by text,
--   created_at timestamptz, updated_at timestamptz, allowed_actions jsonb, content jsonb?)
SELECT id, case_id, person_id, kind, status, required_by, country, valid_from, valid_until, requested_at, received_at, verified_at, verified_by,
       rejected_reason, custody, version, created_by, created_at, updated_at, allowed_actions, content
  FROM documents_shown
 WHERE case_id = $case_id
 ORDER BY kind, id
 LIMIT 200;

-- q_case_consents_expanded(case_id uuid) -> many case_consent_expanded(id uuid, person_id uuid, purpose text, recipients text[], given text,
--   given_at timestamptz, expires_at timestamptz?, withdrawn_at timestamptz?)
SELECT c.id, c.person_id, c.purpose, c.recipients, c.given, c.given_at, c.expires_at, c.withdrawn_at
  FROM case_persons p
  JOIN consents c ON c.org = p.org AND c.person_id = p.person_id AND (c.case_id = p.case_id OR c.case_id IS NULL)
 WHERE p.case_id = $case_id AND p.left_at IS NULL
 ORDER BY c.given_at, c.id
 LIMIT 200;

-- q_case_appointments_expanded(case_id uuid, now timestamptz) -> many case_appointment_expanded(id uuid, case_id uuid, person_id uuid?, kind text,
--   starts_at timestamptz, duration_minutes int4, zone text, place text?, link text?, interpreter text?, staff text, status text,
--   attended jsonb?, outcome text?, cancel_reason text?, version int4, created_by text, created_at timestamptz,
--   updated_at timestamptz, allowed_actions jsonb)
SELECT id, case_id, person_id, kind, starts_at, duration_minutes, zone, place, link, interpreter, staff, status, attended, outcome,
       cancel_reason, version, created_by, created_at, updated_at, allowed_actions
  FROM appointments_shown
 WHERE case_id = $case_id AND status = 'planned' AND starts_at >= $now
 ORDER BY starts_at, id
 LIMIT 20;

-- q_case_journey_expanded(case_id uuid) -> maybe case_journey_expanded(movement_id uuid, request_id uuid?, status text, departs_at timestamptz?,
--   departure_zone text?, arrives_at timestamptz?, arrival_zone text?, ticketed_at timestamptz?, cleared_at timestamptz?,
--   departed_at timestamptz?, arrived_at timestamptz?, passengers jsonb)
SELECT j.movement_id, j.request_id, j.status, j.departs_at, j.departure_zone, j.arrives_at, j.arrival_zone, j.ticketed_at, j.cleared_at,
       j.departed_at, j.arrived_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('personId', p.person_id, 'outcome', p.outcome, 'observedAt', rfc3339(p.observed_at))
                                  ORDER BY p.observed_at, p.person_id), '[]')
          FROM case_passengers p WHERE p.org = j.org AND p.case_id = j.case_id AND p.movement_id = j.movement_id
                                       AND p.outcome <> 'boarded') AS passengers
  FROM case_journeys j
 WHERE j.case_id = $case_id AND j.status NOT IN ('cancelled', 'superseded', 'ended');

-- ---- overrides ----

-- q_override_insert{id uuid, case_id uuid, transition text, guards text[], reason text, by text, now timestamptz} -> exactly 1
INSERT INTO overrides (id, org, case_id, transition, guards, reason, asked_by, asked_at, updated_at)
VALUES ($id, sec.org(), $case_id, $transition, $guards, $reason, $by, $now, $now);

-- q_override_get(case_id uuid, id uuid) -> one override_row(id uuid, transition text, guards text[], reason text, status text, asked_by text,
--   asked_at timestamptz, decided_by text?, decided_at timestamptz?, decision text?, valid_until timestamptz?,
--   used_at timestamptz?, allowed_actions text[], version int4)
SELECT id, transition, guards, reason, status, asked_by, asked_at, decided_by, decided_at, decision, valid_until, used_at,
       '{}'::text[] AS allowed_actions, version
  FROM overrides
 WHERE case_id = $case_id AND id = $id;

-- q_override_list(case_id uuid) -> list override_row
SELECT id, transition, guards, reason, status, asked_by, asked_at, decided_by, decided_at, decision, valid_until, used_at,
       '{}'::text[] AS allowed_actions, version
  FROM overrides
 WHERE case_id = $case_id
--sort askedAt asked_at timestamptz
;

-- q_override_lock(case_id uuid, id uuid) -> one override_row
SELECT id, transition, guards, reason, status, asked_by, asked_at, decided_by, decided_at, decision, valid_until, used_at,
       '{}'::text[] AS allowed_actions, version
  FROM overrides
 WHERE case_id = $case_id AND id = $id
   FOR UPDATE;

-- q_override_decide{id uuid, status text, by text, decision text, valid_until timestamptz?, now timestamptz} -> exactly 1
UPDATE overrides
   SET status = $status, decided_by = $by, decided_at = $now, decision = $decision, valid_until = $valid_until, version = version + 1,
       updated_at = $now
 WHERE id = $id AND status = 'asked';

-- q_override_use(id uuid, now timestamptz) -> exactly 1
UPDATE overrides SET status = 'used', used_at = $now, version = version + 1, updated_at = $now WHERE id = $id AND status = 'granted';

-- ---- deadlines ----

-- q_deadline_insert{id uuid, case_id uuid, kind text, code text, due_on date, source text?, document_id uuid?, now timestamptz} -> exactly 1
INSERT INTO deadlines (id, org, case_id, kind, code, due_on, source, document_id, created_at, updated_at)
VALUES ($id, sec.org(), $case_id, $kind, $code, $due_on, $source, $document_id, $now, $now);

-- q_deadline_get(case_id uuid, id uuid) -> one deadline_row(id uuid, kind text, code text, due_on date, status text, source text?,
--   document_id uuid?, paused_on date?, allowed_actions text[], version int4)
SELECT id, kind, code, due_on, status, source, document_id, paused_on, '{}'::text[] AS allowed_actions, version
  FROM deadlines
 WHERE case_id = $case_id AND id = $id;

-- q_deadline_list(case_id uuid) -> many deadline_row
SELECT id, kind, code, due_on, status, source, document_id, paused_on, '{}'::text[] AS allowed_actions, version
  FROM deadlines
 WHERE case_id = $case_id
 ORDER BY due_on, id
 LIMIT 200;

-- q_deadline_lock(case_id uuid, id uuid) -> one deadline_row
SELECT id, kind, code, due_on, status, source, document_id, paused_on, '{}'::text[] AS allowed_actions, version
  FROM deadlines
 WHERE case_id = $case_id AND id = $id
   FOR UPDATE;

-- q_deadline_save{id uuid, due_on date, status text, now timestamptz} -> exactly 1
UPDATE deadlines
   SET due_on = $due_on, status = $status, paused_on = CASE WHEN $status = 'paused' THEN paused_on END, version = version + 1,
       updated_at = $now
 WHERE id = $id;

-- q_deadlines_meet(case_id uuid, codes text[], now timestamptz) -> many deadline_moved(id uuid, due_on date)
UPDATE deadlines
   SET status = 'met', paused_on = NULL, version = version + 1, updated_at = $now
 WHERE case_id = $case_id AND code = ANY ($codes) AND kind <> 'external' AND status IN ('open', 'paused')
RETURNING id, due_on;

-- q_deadlines_cancel(case_id uuid, now timestamptz) -> many deadline_moved
UPDATE deadlines
   SET status = 'cancelled', paused_on = NULL, version = version + 1, updated_at = $now
 WHERE case_id = $case_id AND status IN ('open', 'paused')
RETURNING id, due_on;

-- q_deadlines_pause(case_id uuid, today date, now timestamptz) -> many deadline_moved
UPDATE deadlines
   SET status = 'paused', paused_on = $today, version = version + 1, updated_at = $now
 WHERE case_id = $case_id AND kind = 'own' AND status = 'open'
RETURNING id, due_on;

-- q_deadlines_resume(case_id uuid, today date, now timestamptz) -> many deadline_moved
UPDATE deadlines
   SET status = 'open', due_on = due_on + ($today - paused_on), paused_on = NULL, version = version + 1, updated_at = $now
 WHERE case_id = $case_id AND status = 'paused'
RETURNING id, due_on;

-- q_deadline_missed(id uuid, now timestamptz) -> many deadline_missed(case_id uuid, code text)
UPDATE deadlines
   SET status = 'missed', version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'open'
RETURNING case_id, code;

-- ---- roles ----

-- q_case_role_insert{id uuid, case_id uuid, role text, person_id uuid?, user_id text?, organisation text?, valid_from date, valid_until date?,
--   now timestamptz} -> exactly 1
INSERT INTO case_roles (id, org, case_id, role, person_id, user_id, organisation, valid_from, valid_until, created_at, updated_at)
VALUES ($id, sec.org(), $case_id, $role, $person_id, $user_id, $organisation, $valid_from, $valid_until, $now, $now);

-- q_case_role_get(case_id uuid, id uuid) -> one case_role_row(id uuid, role text, person_id uuid?, user_id text?, organisation text?,
--   valid_from date, valid_until date?, version int4)
SELECT id, role, person_id, user_id, organisation, valid_from, valid_until, version
  FROM case_roles
 WHERE case_id = $case_id AND id = $id;

-- q_case_role_list(case_id uuid) -> list case_role_row
SELECT id, role, person_id, user_id, organisation, valid_from, valid_until, version
  FROM case_roles
 WHERE case_id = $case_id
--sort -validFrom valid_from date
;

-- q_case_role_lock(case_id uuid, id uuid) -> one case_role_row
SELECT id, role, person_id, user_id, organisation, valid_from, valid_until, version
  FROM case_roles
 WHERE case_id = $case_id AND id = $id
   FOR UPDATE;

-- q_case_role_end(id uuid, valid_until date?, now timestamptz) -> exactly 1
UPDATE case_roles SET valid_until = $valid_until, version = version + 1, updated_at = $now WHERE id = $id;

-- ---- protection clearance ----

-- q_clearance_get(case_id uuid) -> maybe clearance_row(cleared bool, risk_assessed bool, finding bytea, decided_by text, decided_at timestamptz,
--   version int4)        lane: own
SELECT cleared, risk_assessed, finding, decided_by, decided_at, version FROM protection_clearances WHERE case_id = $case_id;

-- q_clearance_put{case_id uuid, cleared bool, risk_assessed bool, finding bytea, by text, version int4, now timestamptz} -> exactly 1
INSERT INTO protection_clearances (case_id, org, cleared, risk_assessed, finding, decided_by, decided_at, version)
VALUES ($case_id, sec.org(), $cleared, $risk_assessed, $finding, $by, $now, $version + 1)
    ON CONFLICT (case_id) DO UPDATE
   SET cleared = $cleared, risk_assessed = $risk_assessed, finding = $finding, decided_by = $by, decided_at = $now, version = $version + 1
 WHERE protection_clearances.version = $version;

-- ---- families ----

-- q_family_insert(id uuid, now timestamptz) -> exactly 1
INSERT INTO families (id, org, created_at, updated_at) VALUES ($id, sec.org(), $now, $now);

-- q_family_get(id uuid) -> one family_row(id uuid, members jsonb, history jsonb, version int4, created_at timestamptz, updated_at timestamptz)
SELECT f.id,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('personId', m.person_id, 'relation', m.relation, 'dependant', m.dependant)
                                  ORDER BY m.joined_at, m.id), '[]')
          FROM family_members m WHERE m.org = f.org AND m.family_id = f.id AND m.left_at IS NULL) AS members,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', h.kind, 'otherId', h.other_id, 'personIds', h.person_ids, 'reason', h.reason,
                                                     'byUser', h.by_user, 'at', rfc3339(h.at)) ORDER BY h.at, h.id), '[]')
          FROM family_changes h WHERE h.org = f.org AND h.family_id = f.id) AS history,
       f.version, f.created_at, f.updated_at
  FROM families f
 WHERE f.id = $id;

-- q_family_known(id uuid) -> maybe family_known(id uuid)
SELECT id FROM families WHERE id = $id;

-- q_family_lock(id uuid) -> one family_locked(version int4)
SELECT version FROM families WHERE id = $id FOR UPDATE;

-- q_family_touch(id uuid, now timestamptz) -> exactly 1
UPDATE families SET version = version + 1, updated_at = $now WHERE id = $id;

-- q_family_member_add{id uuid, family_id uuid, person_id uuid, relation text, dependant bool, now timestamptz} -> exactly 1
INSERT INTO family_members (id, org, family_id, person_id, relation, dependant, joined_at)
VALUES ($id, sec.org(), $family_id, $person_id, $relation, $dependant, $now);

-- q_family_members(family_id uuid) -> many family_member(id uuid, person_id uuid, relation text, dependant bool)
SELECT id, person_id, relation, dependant
  FROM family_members
 WHERE org = sec.org() AND family_id = $family_id AND left_at IS NULL
 ORDER BY joined_at, id
 LIMIT 100;

-- q_family_member_leave(id uuid, now timestamptz) -> exactly 1
UPDATE family_members SET left_at = $now WHERE id = $id AND left_at IS NULL;

-- q_family_change_add{id uuid, family_id uuid, kind text, other_id uuid?, person_ids uuid[], reason text?, by text, now timestamptz} -> exactly 1
INSERT INTO family_changes (id, org, family_id, kind, other_id, person_ids, reason, by_user, at)
VALUES ($id, sec.org(), $family_id, $kind, $other_id, $person_ids, $reason, $by, $now);
