-- Statements of terms of reference.

-- q_tor_need(id uuid) -> one tor_need(programme text, institution_id uuid, country text, sector text, status text)
SELECT programme, institution_id, country, sector, status FROM needs WHERE id = $id;

-- q_tor_reference(programme text, year int4) -> one tor_number(number int8)        lane: own
SELECT nextval(format('reference.%I', $programme || '_' || $year)::regclass) AS number;

-- q_tor_get(id uuid) -> one tor_row(id uuid, programme text, need_id uuid, institution_id uuid, country text, sector text, reference text,
--   status text, status_reason text?, in_force int4?, newest int4, terms jsonb, version int4, created_by text, created_at timestamptz,
--   updated_at timestamptz, allowed_actions text[], newest_status_ text)
SELECT t.id, t.programme, t.need_id, t.institution_id, t.country, t.sector, t.reference, t.status, t.status_reason, t.in_force, t.newest,
       jsonb_build_object('number', v.number, 'status', v.status, 'title', v.title, 'tasks', v.tasks, 'kinds', v.kinds,
                          'competences', v.competences, 'languages', v.languages, 'startsOn', v.starts_on, 'endsOn', v.ends_on,
                          'places', v.places, 'submittedBy', v.submitted_by, 'submittedAt', wf.rfc3339(v.submitted_at),
                          'approvedBy', v.approved_by, 'approvedAt', wf.rfc3339(v.approved_at), 'returnedFor', v.returned_for) AS terms,
       t.version, t.created_by, t.created_at, t.updated_at, '{}'::text[] AS allowed_actions, v.status AS newest_status_
  FROM tors t JOIN tor_versions v ON v.org = t.org AND v.tor_id = t.id AND v.number = t.newest
 WHERE t.id = $id;

-- q_tor_list{programme text?, status text?, country text?, sector text?, need_id uuid?, institution_id uuid?} -> list tor_row
SELECT t.id, t.programme, t.need_id, t.institution_id, t.country, t.sector, t.reference, t.status, t.status_reason, t.in_force, t.newest,
       jsonb_build_object('number', v.number, 'status', v.status, 'title', v.title, 'tasks', v.tasks, 'kinds', v.kinds,
                          'competences', v.competences, 'languages', v.languages, 'startsOn', v.starts_on, 'endsOn', v.ends_on,
                          'places', v.places, 'submittedBy', v.submitted_by, 'submittedAt', wf.rfc3339(v.submitted_at),
                          'approvedBy', v.approved_by, 'approvedAt', wf.rfc3339(v.approved_at), 'returnedFor', v.returned_for) AS terms,
       t.version, t.created_by, t.created_at, t.updated_at, '{}'::text[] AS allowed_actions, v.status AS newest_status_
  FROM tors t JOIN tor_versions v ON v.org = t.org AND v.tor_id = t.id AND v.number = t.newest
 WHERE t.org = sec.org()
--? programme     AND t.programme = $programme
--? status        AND t.status = $status
--? country       AND t.country = $country
--? sector        AND t.sector = $sector
--? needId        AND t.need_id = $need_id
--? institutionId AND t.institution_id = $institution_id
--sort -createdAt t.created_at timestamptz
--id t.id
;

-- q_tor_lock(id uuid) -> one tor_state(programme text, institution_id uuid, country text, sector text, status text, in_force int4?,
--   newest int4, status_reason text?, version int4)        lane: own
SELECT programme, institution_id, country, sector, status, in_force, newest, status_reason, version FROM tors WHERE id = $id FOR UPDATE;

-- q_tor_state(id uuid) -> one tor_state
SELECT programme, institution_id, country, sector, status, in_force, newest, status_reason, version FROM tors WHERE id = $id;

-- q_tor_version(tor_id uuid, number int4) -> one tor_version_locked(status_ text, title text, tasks text, kinds text[], competences jsonb,
--   languages jsonb, starts_on date, ends_on date, places int4, submitted_by_ text?)
SELECT status AS status_, title, tasks, kinds, competences, languages, starts_on, ends_on, places, submitted_by AS submitted_by_
  FROM tor_versions WHERE tor_id = $tor_id AND number = $number;

-- q_tor_version_list(tor_id uuid) -> many tor_version_row(number int4, status text, title text, tasks text, kinds text[], competences jsonb,
--   languages jsonb, starts_on date, ends_on date, places int4, submitted_by text?, submitted_at timestamptz?, approved_by text?,
--   approved_at timestamptz?, returned_for text?)
SELECT number, status, title, tasks, kinds, competences, languages, starts_on, ends_on, places, submitted_by, submitted_at, approved_by,
       approved_at, returned_for
  FROM tor_versions WHERE tor_id = $tor_id ORDER BY number DESC;

-- q_tor_add{id uuid, programme text, need_id uuid, institution_id uuid, country text, sector text, reference text, by text, now timestamptz} -> exactly 1
INSERT INTO tors (id, org, programme, need_id, institution_id, country, sector, reference, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $programme, $need_id, $institution_id, $country, $sector, $reference, $by, $now, $now);

-- q_tor_version_add{tor_id uuid, number int4, title text, tasks text, kinds text[], competences jsonb, languages jsonb, starts_on date,
--   ends_on date, places int4, by text, now timestamptz} -> exactly 1
INSERT INTO tor_versions (org, tor_id, number, title, tasks, kinds, competences, languages, starts_on, ends_on, places, created_by, created_at,
                          updated_at)
VALUES (sec.org(), $tor_id, $number, $title, $tasks, $kinds, $competences, $languages, $starts_on, $ends_on, $places, $by, $now, $now);

-- q_tor_version_save{tor_id uuid, number int4, title text, tasks text, kinds text[], competences jsonb, languages jsonb, starts_on date,
--   ends_on date, places int4, now timestamptz} -> exactly 1
UPDATE tor_versions SET title = $title, tasks = $tasks, kinds = $kinds, competences = $competences, languages = $languages,
       starts_on = $starts_on, ends_on = $ends_on, places = $places, updated_at = $now
 WHERE tor_id = $tor_id AND number = $number AND status = 'draft';

-- q_tor_version_submit(tor_id uuid, number int4, by text, now timestamptz) -> exactly 1
UPDATE tor_versions SET status = 'submitted', submitted_by = $by, submitted_at = $now, returned_for = NULL, updated_at = $now
 WHERE tor_id = $tor_id AND number = $number AND status = 'draft';

-- q_tor_version_return(tor_id uuid, number int4, reason text, now timestamptz) -> exactly 1
UPDATE tor_versions SET status = 'draft', submitted_by = NULL, submitted_at = NULL, returned_for = $reason, updated_at = $now
 WHERE tor_id = $tor_id AND number = $number AND status = 'submitted';

-- q_tor_version_supersede(tor_id uuid, number int4, now timestamptz) -> exactly 1
UPDATE tor_versions SET status = 'superseded', updated_at = $now WHERE tor_id = $tor_id AND number = $number AND status = 'approved';

-- q_tor_version_approve(tor_id uuid, number int4, by text, now timestamptz) -> exactly 1
UPDATE tor_versions SET status = 'approved', approved_by = $by, approved_at = $now, updated_at = $now
 WHERE tor_id = $tor_id AND number = $number AND status = 'submitted';

-- q_tor_save{id uuid, status text, newest int4, in_force int4?, status_reason text?, now timestamptz} -> exactly 1
UPDATE tors SET status = $status, newest = $newest, in_force = $in_force, status_reason = $status_reason, version = version + 1,
       updated_at = $now
 WHERE id = $id;

-- q_tor_move_add{id uuid, tor_id uuid, number int4, transition text, from_status text, to_status text, reason text?, by text, now timestamptz} -> exactly 1
INSERT INTO tor_moves (id, org, tor_id, number, transition, from_status, to_status, reason, by_user, at)
VALUES ($id, sec.org(), $tor_id, $number, $transition, $from_status, $to_status, $reason, $by, $now);

-- q_tor_move_list(tor_id uuid) -> list tor_move_row(id uuid, number int4, transition text, from_status text, to_status text, reason text?,
--   by_user text, at timestamptz)
SELECT id, number, transition, from_status, to_status, reason, by_user, at FROM tor_moves WHERE tor_id = $tor_id
--sort at at timestamptz
;

-- q_tor_accepted(tor_id uuid) -> one tor_accepted(n int4)
SELECT count(*)::int4 AS n FROM applications WHERE org = sec.org() AND tor_id = $tor_id AND status = 'accepted';
