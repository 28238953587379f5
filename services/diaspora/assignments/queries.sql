-- Statements of assignments, their phases and what must be in place before they go.

-- ---- assignments ----

-- q_assignment_application(id uuid) -> maybe assignment_application(id uuid, programme text, expert_id uuid, tor_id uuid, tor_version int4, status text, institution_id uuid, country text)        lane: own
SELECT a.id, a.programme, a.expert_id, a.tor_id, a.tor_version, a.status, t.institution_id, t.country
  FROM applications a JOIN tors t ON t.org = a.org AND t.id = a.tor_id WHERE a.id = $id FOR SHARE OF a;

-- q_assignment_reference(programme text, year int4) -> one assignment_number(number int8)        lane: own
SELECT nextval(format('reference.%I', $programme || '_' || $year)::regclass) AS number;

-- q_assignment_insert{id uuid, programme text, reference text, application_id uuid, expert_id uuid, tor_id uuid, tor_version int4,
--   institution_id uuid, country text, claim_cap int8?, claim_currency text, by text, now timestamptz} -> exactly 1
INSERT INTO assignments (id, org, programme, reference, application_id, expert_id, tor_id, tor_version, institution_id, country, claim_cap,
                         claim_currency, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $programme, $reference, $application_id, $expert_id, $tor_id, $tor_version, $institution_id, $country, $claim_cap,
        $claim_currency, $by, $now, $now);

-- q_assignment_get(id uuid) -> one assignment_row(id uuid, programme text, reference text, application_id uuid, expert_id uuid, tor_id uuid,
--   tor_version int4, institution_id uuid, country text, status text, kind text?, starts_on date?, ends_on date?, accepted bool, flagged text?,
--   abort_reason text?, claim_cap int8?, claimed int8, claim_currency text, version int4, created_by text, created_at timestamptz,
--   updated_at timestamptz, allowed_actions jsonb)
SELECT id, programme, reference, application_id, expert_id, tor_id, tor_version, institution_id, country, status, kind, starts_on, ends_on, accepted,
       flagged, abort_reason, claim_cap, claimed, claim_currency, version, created_by, created_at, updated_at, allowed_actions
  FROM assignments_shown WHERE id = $id;

-- q_assignment_list{status text?, kind text?, country text?, expert_id uuid?, programme text?, flagged bool?} -> list assignment_row
SELECT id, programme, reference, application_id, expert_id, tor_id, tor_version, institution_id, country, status, kind, starts_on, ends_on, accepted,
       flagged, abort_reason, claim_cap, claimed, claim_currency, version, created_by, created_at, updated_at, allowed_actions
  FROM assignments_shown WHERE true
--? status     AND status = $status
--? kind       AND kind = $kind
--? country    AND country = $country
--? expert_id  AND expert_id = $expert_id
--? programme  AND programme = $programme
--? flagged    AND (flagged IS NOT NULL) = $flagged
--sort -createdAt created_at timestamptz
--sort startsOn coalesce(starts_on, DATE '9999-12-31') date
;

-- q_assignment_state(id uuid) -> one assignment_locked(id uuid, programme text, expert_id uuid, tor_id uuid, tor_version int4, institution_id uuid,
--   country text, reference text, status text, kind text?, starts_on date?, ends_on date?, accepted bool, flagged text?, claim_currency text, version int4)
SELECT id, programme, expert_id, tor_id, tor_version, institution_id, country, reference, status, kind, starts_on, ends_on, accepted, flagged,
       claim_currency, version
  FROM assignments WHERE id = $id;

-- q_assignment_lock(id uuid) -> one assignment_locked        lane: own
SELECT id, programme, expert_id, tor_id, tor_version, institution_id, country, reference, status, kind, starts_on, ends_on, accepted, flagged,
       claim_currency, version
  FROM assignments WHERE id = $id FOR UPDATE;

-- q_assignment_patch{id uuid, accepted bool, flagged text?, now timestamptz} -> exactly 1
UPDATE assignments SET accepted = $accepted, flagged = $flagged, version = version + 1, updated_at = $now WHERE id = $id;

-- q_assignment_flag(id uuid, flagged text, now timestamptz) -> exactly 1
UPDATE assignments SET flagged = $flagged, version = version + 1, updated_at = $now WHERE id = $id;

-- q_assignment_save_move{id uuid, from_status text, status text, abort_reason text?, now timestamptz} -> exactly 1
UPDATE assignments SET status = $status, abort_reason = $abort_reason, version = version + 1, updated_at = $now
 WHERE id = $id AND status = $from_status;

-- q_assignment_move_add{id uuid, assignment_id uuid, transition text, from_status text, to_status text, reason text?, by text, now timestamptz} -> exactly 1
INSERT INTO assignment_moves (id, org, assignment_id, transition, from_status, to_status, reason, by_user, at)
VALUES ($id, sec.org(), $assignment_id, $transition, $from_status, $to_status, $reason, $by, $now);

-- q_assignment_moves(assignment_id uuid) -> list assignment_move_row(id uuid, transition text, from_status text, to_status text, reason text?, by_user text, at timestamptz)
SELECT id, transition, from_status, to_status, reason, by_user, at FROM assignment_moves WHERE assignment_id = $assignment_id
--sort at at timestamptz
;

-- Kind and days of an assignment follow from its phases.
-- q_assignment_refresh(id uuid, now timestamptz) -> exactly 1
UPDATE assignments a SET kind = f.kind, starts_on = f.starts_on, ends_on = f.ends_on, version = version + 1, updated_at = $now
  FROM (SELECT CASE WHEN bool_or(p.kind = 'physical') AND bool_or(p.kind = 'online') THEN 'hybrid' WHEN bool_or(p.kind = 'physical') THEN 'physical'
                    WHEN bool_or(p.kind = 'online') THEN 'online' END AS kind,
               min(p.starts_on) AS starts_on, max(p.ends_on) AS ends_on
          FROM phases p WHERE p.assignment_id = $id AND p.status <> 'cancelled') f
 WHERE a.id = $id;

-- ---- phases ----

-- q_phase_list(assignment_id uuid) -> list phase_row(id uuid, assignment_id uuid, kind text, starts_on date, ends_on date, country text, place text?,
--   hours_per_week int4?, status text, flagged text?, travel text, movement_id uuid?, departs_at timestamptz?, departure_zone text?,
--   arrives_at timestamptz?, arrival_zone text?, departed_at timestamptz?, arrived_at timestamptz?, version int4, created_by text,
--   created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT id, assignment_id, kind, starts_on, ends_on, country, place, hours_per_week, status, flagged, travel, movement_id, departs_at, departure_zone,
       arrives_at, arrival_zone, departed_at, arrived_at, version, created_by, created_at, updated_at, allowed_actions
  FROM phases_shown WHERE assignment_id = $assignment_id
--sort startsOn starts_on date
;

-- q_phase_get(id uuid) -> one phase_row
SELECT id, assignment_id, kind, starts_on, ends_on, country, place, hours_per_week, status, flagged, travel, movement_id, departs_at, departure_zone,
       arrives_at, arrival_zone, departed_at, arrived_at, version, created_by, created_at, updated_at, allowed_actions
  FROM phases_shown WHERE id = $id;

-- q_phase_lock(id uuid) -> one phase_locked(id uuid, assignment_id uuid, kind text, starts_on date, ends_on date, country text, place text?, hours_per_week int4?, status text, version int4)        lane: own
SELECT id, assignment_id, kind, starts_on, ends_on, country, place, hours_per_week, status, version FROM phases WHERE id = $id FOR UPDATE;

-- q_phase_insert{id uuid, assignment_id uuid, expert_id uuid, kind text, starts_on date, ends_on date, country text, place text?, hours_per_week int4?, by text, now timestamptz} -> exactly 1
INSERT INTO phases (id, org, assignment_id, expert_id, kind, starts_on, ends_on, country, place, hours_per_week, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $assignment_id, $expert_id, $kind, $starts_on, $ends_on, $country, $place, $hours_per_week, $by, $now, $now);

-- q_phase_save{id uuid, starts_on date, ends_on date, place text?, hours_per_week int4?, status text, now timestamptz} -> exactly 1
UPDATE phases SET starts_on = $starts_on, ends_on = $ends_on, place = $place, hours_per_week = $hours_per_week, status = $status, version = version + 1,
       updated_at = $now
 WHERE id = $id;

-- q_phase_cancel(id uuid, now timestamptz) -> exactly 1
UPDATE phases SET status = 'cancelled', version = version + 1, updated_at = $now WHERE id = $id AND status IN ('planned', 'suspended');

-- Phases follow the assignment that they are of.
-- q_phases_start(assignment_id uuid, today date, now timestamptz) -> any
UPDATE phases SET status = 'active', version = version + 1, updated_at = $now
 WHERE assignment_id = $assignment_id AND status = 'planned' AND starts_on <= $today;

-- q_phases_switch_online(assignment_id uuid, now timestamptz) -> any
UPDATE phases SET status = 'switchedOnline', version = version + 1, updated_at = $now
 WHERE assignment_id = $assignment_id AND kind = 'physical' AND status IN ('planned', 'active', 'suspended');

-- q_phases_switch_back(assignment_id uuid, today date, now timestamptz) -> any
UPDATE phases SET status = CASE WHEN starts_on <= $today THEN 'active' ELSE 'planned' END, version = version + 1, updated_at = $now
 WHERE assignment_id = $assignment_id AND kind = 'physical' AND status = 'switchedOnline' AND ends_on >= $today;

-- q_phases_end(assignment_id uuid, now timestamptz) -> any
UPDATE phases SET status = 'done', version = version + 1, updated_at = $now
 WHERE assignment_id = $assignment_id AND status IN ('planned', 'active', 'switchedOnline', 'suspended');

-- q_phases_abort(assignment_id uuid, now timestamptz) -> any
UPDATE phases SET status = 'cancelled', version = version + 1, updated_at = $now
 WHERE assignment_id = $assignment_id AND status IN ('planned', 'active', 'switchedOnline', 'suspended');

-- q_phase_depart(id uuid, now timestamptz) -> any
UPDATE phases SET status = 'active', version = version + 1, updated_at = $now WHERE id = $id AND status = 'planned';

-- q_phase_flag(id uuid, flagged text, now timestamptz) -> any
UPDATE phases SET flagged = $flagged, version = version + 1, updated_at = $now WHERE id = $id;

-- A country closes: what has physical phases there that are not over.
-- q_phases_in_country{programme text, country text, from_on date, until_on date?} -> many closed_phase(id uuid, assignment_id uuid, status text)        lane: own
SELECT p.id, p.assignment_id, p.status
  FROM phases p JOIN assignments a ON a.org = p.org AND a.id = p.assignment_id
 WHERE a.programme = $programme AND p.country = $country AND p.kind = 'physical' AND p.status IN ('planned', 'active')
   AND daterange(p.starts_on, p.ends_on, '[]') && daterange($from_on, $until_on, '[]')
 ORDER BY p.assignment_id, p.starts_on LIMIT 1000;

-- q_phase_suspend(id uuid, status text, flagged text, now timestamptz) -> exactly 1
UPDATE phases SET status = $status, flagged = $flagged, version = version + 1, updated_at = $now WHERE id = $id;

-- ---- facts of guards ----

-- q_assignment_tor_fact(tor_id uuid, tor_version int4) -> maybe tor_fact(version_status text, tor_status text)
SELECT v.status AS version_status, t.status AS tor_status
  FROM tor_versions v JOIN tors t ON t.org = v.org AND t.id = v.tor_id WHERE v.tor_id = $tor_id AND v.number = $tor_version;

-- q_phase_facts(assignment_id uuid) -> many phase_fact(id uuid, kind text, status text, starts_on date, ends_on date, country text, hours_per_week int4?,
--   travel text, closed bool, unavailable bool, elsewhere bool)
SELECT p.id, p.kind, p.status, p.starts_on, p.ends_on, p.country, p.hours_per_week, p.travel,
       EXISTS (SELECT 1 FROM country_closures c JOIN assignments a ON a.org = c.org AND a.programme = c.programme
                WHERE a.id = $assignment_id AND c.country = p.country
                  AND daterange(c.from_on, c.until_on, '[]') && daterange(p.starts_on, p.ends_on, '[]')) AS closed,
       EXISTS (SELECT 1 FROM expert_windows w JOIN assignments a ON a.org = w.org AND a.expert_id = w.expert_id
                WHERE a.id = $assignment_id AND w.kind = 'unavailable' AND w.ended_at IS NULL
                  AND daterange(w.starts_on, w.ends_on, '[]') && daterange(p.starts_on, p.ends_on, '[]')) AS unavailable,
       EXISTS (SELECT 1 FROM phases o JOIN assignments a ON a.org = o.org AND a.expert_id = o.expert_id
                WHERE a.id = $assignment_id AND o.id <> p.id AND o.status NOT IN ('cancelled', 'suspended')
                  AND daterange(o.starts_on, o.ends_on, '[]') && daterange(p.starts_on, p.ends_on, '[]')) AS elsewhere
  FROM phases_shown p WHERE p.assignment_id = $assignment_id ORDER BY p.starts_on, p.id LIMIT 100;

-- q_safeguard_facts(assignment_id uuid) -> many safeguard_fact(kind text, country text?, valid_from date, valid_until date?)
SELECT kind, country, valid_from, valid_until FROM safeguards WHERE assignment_id = $assignment_id ORDER BY valid_from LIMIT 200;

-- q_training_facts(assignment_id uuid) -> many training_fact(training text)
SELECT DISTINCT s.training FROM training_enrolments e JOIN training_sessions s ON s.org = e.org AND s.id = e.session_id
 WHERE e.assignment_id = $assignment_id AND e.status IN ('attended', 'certified');

-- q_result_facts(assignment_id uuid) -> one result_fact(final_reports int4, outcomes int4, open_claims int4)
SELECT (SELECT count(*)::int4 FROM reports r WHERE r.assignment_id = $assignment_id AND r.kind = 'final' AND r.status = 'accepted') AS final_reports,
       (SELECT count(*)::int4 FROM outcomes o WHERE o.assignment_id = $assignment_id) AS outcomes,
       (SELECT count(*)::int4 FROM claims c WHERE c.assignment_id = $assignment_id AND c.status IN ('submitted', 'approved')) AS open_claims;

-- q_expert_fact(id uuid) -> maybe expert_fact(restricted bool)
SELECT restricted_at IS NOT NULL AS restricted FROM experts WHERE id = $id;

-- q_residence_fact(expert_id uuid) -> maybe residence_fact(sealed bytea, verified bool)
SELECT sealed, verified_at IS NOT NULL AS verified FROM expert_residences WHERE expert_id = $expert_id;

-- ---- safeguards and counselling ----

-- q_safeguard_insert{id uuid, assignment_id uuid, kind text, country text?, provider text, valid_from date, valid_until date?, by text, now timestamptz} -> exactly 1
INSERT INTO safeguards (id, org, assignment_id, kind, country, provider, valid_from, valid_until, created_by, created_at)
VALUES ($id, sec.org(), $assignment_id, $kind, $country, $provider, $valid_from, $valid_until, $by, $now);

-- What an assignment shows beside itself.
-- q_phases_beside(assignment_id uuid) -> many phase_row
SELECT id, assignment_id, kind, starts_on, ends_on, country, place, hours_per_week, status, flagged, travel, movement_id, departs_at, departure_zone,
       arrives_at, arrival_zone, departed_at, arrived_at, version, created_by, created_at, updated_at, allowed_actions
  FROM phases_shown WHERE assignment_id = $assignment_id ORDER BY starts_on, id LIMIT 100;

-- q_safeguard_list(assignment_id uuid) -> list safeguard_row(id uuid, assignment_id uuid, kind text, country text?, provider text, valid_from date, valid_until date?, created_by text, created_at timestamptz)
SELECT id, assignment_id, kind, country, provider, valid_from, valid_until, created_by, created_at
  FROM safeguards WHERE assignment_id = $assignment_id
--sort validFrom valid_from date
;

-- q_safeguards_beside(assignment_id uuid) -> many safeguard_row
SELECT id, assignment_id, kind, country, provider, valid_from, valid_until, created_by, created_at
  FROM safeguards WHERE assignment_id = $assignment_id ORDER BY valid_from, id LIMIT 100;

-- q_safeguard_get(id uuid) -> one safeguard_row
SELECT id, assignment_id, kind, country, provider, valid_from, valid_until, created_by, created_at FROM safeguards WHERE id = $id;

-- q_counselling_insert{id uuid, assignment_id uuid, country text, held_on date, outcome text, note text?, by text, now timestamptz} -> exactly 1
INSERT INTO travel_counsellings (id, org, assignment_id, country, held_on, outcome, note, created_by, created_at)
VALUES ($id, sec.org(), $assignment_id, $country, $held_on, $outcome, $note, $by, $now);

-- q_counselling_list(assignment_id uuid) -> list counselling_row(id uuid, assignment_id uuid, country text, held_on date, outcome text, note text?, created_by text, created_at timestamptz)
SELECT id, assignment_id, country, held_on, outcome, note, created_by, created_at
  FROM travel_counsellings WHERE assignment_id = $assignment_id
--sort heldOn held_on date
;

-- q_counselling_get(id uuid) -> one counselling_row
SELECT id, assignment_id, country, held_on, outcome, note, created_by, created_at FROM travel_counsellings WHERE id = $id;
