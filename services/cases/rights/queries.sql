-- Requests of data subjects: exports and erasures, what the services answered, what is left for statistics.

-- q_rights_add{id uuid, person_id uuid, subject text, kind text, origin text, reason text, ask_id uuid, phase text, asked_by text?, now timestamptz}
--   -> maybe rights_added(id uuid)
INSERT INTO subject_requests (id, org, person_id, subject, kind, origin, reason, ask_id, phase, own_cases, asked_by, asked_at, updated_at)
VALUES ($id, sec.org(), $person_id, $subject, $kind, $origin, $reason, $ask_id, $phase, '{}', $asked_by, $now, $now)
    ON CONFLICT (org, person_id) WHERE kind = 'erasure' AND status IN ('collecting', 'planned', 'erasing', 'held') DO NOTHING RETURNING id;

-- q_rights_get(id uuid) -> one rights_row(id uuid, person_id uuid, subject text, kind text, origin text, reason text, status text, blocks jsonb, asked_by text?,
--   asked_at timestamptz, decided_by text?, decided_at timestamptz?, decision text?, ready_at timestamptz?, expires_at timestamptz?,
--   done_at timestamptz?, updated_at timestamptz, allowed_actions text[], version_ int4)        lane: own
SELECT r.id, r.person_id, r.subject, r.kind, r.origin, r.reason, r.status,
       (SELECT coalesce(jsonb_agg(b ORDER BY b ->> 'code', b ->> 'id'), '[]')
          FROM subject_parts p CROSS JOIN jsonb_array_elements(p.blocks) AS b
         WHERE p.org = r.org AND p.request_id = r.id AND p.ask_id = r.ask_id AND r.status IN ('planned', 'held')) AS blocks,
       r.asked_by, r.asked_at, r.decided_by, r.decided_at, r.decision, r.ready_at, r.expires_at, r.done_at, r.updated_at,
       '{}'::text[] AS allowed_actions, r.version AS version_
  FROM subject_requests r WHERE r.id = $id;

-- q_rights_lock(id uuid) -> one rights_row
SELECT r.id, r.person_id, r.subject, r.kind, r.origin, r.reason, r.status,
       (SELECT coalesce(jsonb_agg(b ORDER BY b ->> 'code', b ->> 'id'), '[]')
          FROM subject_parts p CROSS JOIN jsonb_array_elements(p.blocks) AS b
         WHERE p.org = r.org AND p.request_id = r.id AND p.ask_id = r.ask_id AND r.status IN ('planned', 'held')) AS blocks,
       r.asked_by, r.asked_at, r.decided_by, r.decided_at, r.decision, r.ready_at, r.expires_at, r.done_at, r.updated_at,
       '{}'::text[] AS allowed_actions, r.version AS version_
  FROM subject_requests r WHERE r.id = $id FOR UPDATE;

-- q_rights_list{status text?, kind text?, person_id uuid?} -> list rights_row
SELECT r.id, r.person_id, r.subject, r.kind, r.origin, r.reason, r.status,
       (SELECT coalesce(jsonb_agg(b ORDER BY b ->> 'code', b ->> 'id'), '[]')
          FROM subject_parts p CROSS JOIN jsonb_array_elements(p.blocks) AS b
         WHERE p.org = r.org AND p.request_id = r.id AND p.ask_id = r.ask_id AND r.status IN ('planned', 'held')) AS blocks,
       r.asked_by, r.asked_at, r.decided_by, r.decided_at, r.decision, r.ready_at, r.expires_at, r.done_at, r.updated_at,
       '{}'::text[] AS allowed_actions, r.version AS version_
  FROM subject_requests r WHERE r.org = sec.org()
--? status    AND r.status = $status
--? kind      AND r.kind = $kind
--? person_id AND r.person_id = $person_id
--sort -askedAt r.asked_at timestamptz
;

-- A new question: at the beginning, of a new plan, of the erasure.
-- q_rights_ask{id uuid, status text, phase text, ask_id uuid, now timestamptz} -> exactly 1
UPDATE subject_requests SET status = $status, phase = $phase, ask_id = $ask_id, version = version + 1, updated_at = $now WHERE id = $id;

-- q_rights_decide{id uuid, status text, by text, decision text?, now timestamptz} -> exactly 1
UPDATE subject_requests SET status = $status, decided_by = $by, decided_at = $now, decision = $decision, version = version + 1, updated_at = $now
 WHERE id = $id;

-- A proposal of retention gets somebody who stands for it.
-- q_rights_second(id uuid, by text, now timestamptz) -> exactly 1
UPDATE subject_requests SET asked_by = $by, version = version + 1, updated_at = $now WHERE id = $id AND asked_by IS NULL;

-- q_rights_parts(id uuid, phase text) -> many rights_part(id uuid, service text, body jsonb?, sealed bytea?, blocks jsonb, answered_at timestamptz)    lane: own
SELECT id, service, body, sealed, blocks, answered_at FROM subject_parts WHERE request_id = $id AND phase = $phase ORDER BY service;

-- Addressees of all erasures of the person: one that was held and then rejected may have asked them already.
-- q_rights_certificate(id uuid) -> one rights_certificate(partners jsonb, addressees jsonb, backups_until date?)    lane: own
SELECT (SELECT coalesce(jsonb_agg(p || jsonb_build_object('confirmedAt', wf.rfc3339(c.confirmed_at)) ORDER BY p ->> 'organisation', p ->> 'shareId'), '[]')
          FROM jsonb_array_elements(coalesce(r.partners, '[]')) AS p
          LEFT JOIN share_confirmations c ON c.owner_org = r.org AND c.share_id = (p ->> 'shareId')::uuid) AS partners,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('recallId', a.id, 'organisation', a.organisation, 'deleteBy', a.delete_by,
                                                     'confirmedAt', wf.rfc3339(a.confirmed_at)) ORDER BY a.organisation, a.id), '[]')
          FROM subject_addressees a JOIN subject_requests o ON o.org = a.org AND o.id = a.request_id
         WHERE o.org = r.org AND o.person_id = r.person_id) AS addressees, r.backups_until
  FROM subject_requests r WHERE r.id = $id;

-- ---- the worker ----

-- q_rights_work(id uuid) -> one rights_work(person_id uuid, subject text, kind text, status text, phase text, ask_id uuid, own_cases uuid[])
SELECT person_id, subject, kind, status, phase, ask_id, own_cases FROM subject_requests WHERE id = $id FOR UPDATE;

-- Cases of the person and of nobody else who is still there.
-- q_rights_own(person_id uuid) -> one rights_own(own uuid[])    lane: own
SELECT ARRAY(SELECT c.id FROM cases c
              WHERE c.erased_at IS NULL
                AND EXISTS (SELECT 1 FROM case_persons cp WHERE cp.org = c.org AND cp.case_id = c.id AND cp.person_id = $person_id)
                AND NOT EXISTS (SELECT 1 FROM case_persons o JOIN persons p ON p.org = o.org AND p.id = o.person_id
                                 WHERE o.org = c.org AND o.case_id = c.id AND o.person_id <> $person_id AND p.erased_at IS NULL)
              ORDER BY c.id) AS own;

-- q_rights_about(id uuid, own uuid[]) -> exactly 1
UPDATE subject_requests SET own_cases = $own WHERE id = $id;

-- A plan and an erasure may be answered again; an export is asked for once, so its sealed part never meets itself.
-- q_rights_part_add{id uuid, request_id uuid, phase text, service text, ask_id uuid, body jsonb?, sealed bytea?, blocks jsonb, now timestamptz} -> any
INSERT INTO subject_parts AS p (id, org, request_id, phase, service, ask_id, body, sealed, blocks, answered_at)
VALUES ($id, sec.org(), $request_id, $phase, $service, $ask_id, $body, $sealed, $blocks, $now)
    ON CONFLICT (org, request_id, phase, service) DO UPDATE
       SET ask_id = excluded.ask_id, blocks = excluded.blocks, answered_at = excluded.answered_at,
           body = CASE WHEN p.phase = 'erase' THEN p.body || excluded.body ELSE excluded.body END;

-- q_rights_answers(id uuid, ask_id uuid) -> one rights_answers(services text[], blocked bool)    lane: own
SELECT coalesce(array_agg(service), '{}') AS services, coalesce(bool_or(blocks <> '[]'), false) AS blocked
  FROM subject_parts WHERE request_id = $id AND ask_id = $ask_id;

-- q_rights_ready{id uuid, status text, expires_at timestamptz?, now timestamptz} -> exactly 1
UPDATE subject_requests SET status = $status, ready_at = $now, expires_at = $expires_at, version = version + 1, updated_at = $now WHERE id = $id;

-- q_rights_done{id uuid, partners jsonb, backups_until date, now timestamptz} -> exactly 1
UPDATE subject_requests SET status = 'done', partners = $partners, backups_until = $backups_until, done_at = $now, version = version + 1, updated_at = $now WHERE id = $id;

-- q_rights_expire(id uuid, now timestamptz) -> any
UPDATE subject_requests SET status = 'expired', version = version + 1, updated_at = $now WHERE id = $id AND status = 'ready';

-- q_rights_parts_drop(id uuid) -> any
DELETE FROM subject_parts WHERE request_id = $id AND phase = 'export';

-- Exports of who is erased are read by nobody any more.
-- q_rights_exports_end(person_id uuid, now timestamptz) -> any
UPDATE subject_requests SET status = 'expired', version = version + 1, updated_at = $now
 WHERE person_id = $person_id AND kind = 'export' AND status IN ('collecting', 'ready');

-- q_rights_partners(own uuid[]) -> one rights_partners(partners jsonb)    lane: own
SELECT coalesce(jsonb_agg(jsonb_build_object('shareId', s.id, 'organisation', s.to_org, 'deleteBy', s.delete_by) ORDER BY s.to_org, s.id), '[]') AS partners
  FROM shares s WHERE s.org = sec.org() AND s.case_id = ANY ($own::uuid[]);

-- Asked and confirmed come in either order, and again: the first word that the copies are gone stays.
-- q_rights_addressee_keep{id uuid, request_id uuid, organisation text, delete_by date, confirmed_at timestamptz?} -> exactly 1
INSERT INTO subject_addressees AS a (id, org, request_id, organisation, delete_by, confirmed_at)
VALUES ($id, sec.org(), $request_id, $organisation, $delete_by, $confirmed_at)
ON CONFLICT (id) DO UPDATE SET confirmed_at = coalesce(a.confirmed_at, excluded.confirmed_at);

-- q_rights_statistics(person_id uuid, own uuid[]) -> any
INSERT INTO case_statistics (id, org, programme, programme_version, result, country_of_return, opened_year, closed_year, persons, sex, age_band)
SELECT gen_random_uuid(), c.org, c.programme, c.programme_version, c.result, c.country_of_return, extract(year FROM c.opened_at)::int4,
       extract(year FROM c.closed_at)::int4, (SELECT count(*)::int4 FROM case_persons cp WHERE cp.org = c.org AND cp.case_id = c.id), p.sex,
       CASE WHEN p.birth_first IS NULL THEN 'unknown' WHEN a.age < 18 THEN '0-17' WHEN a.age < 30 THEN '18-29' WHEN a.age < 45 THEN '30-44'
            WHEN a.age < 60 THEN '45-59' ELSE '60+' END
  FROM cases c JOIN persons p ON p.org = c.org AND p.id = $person_id
 CROSS JOIN LATERAL (SELECT extract(year FROM age(c.opened_at, p.birth_first::timestamptz))::int4 AS age) AS a
 WHERE c.id = ANY ($own::uuid[]);

-- Of a year in which cases closed; cells of fewer cases than the smallest are left out.
-- q_rights_statistics_cells(year int4, programme text?, smallest int8) -> many statistics_row(programme text, result text?, year int4, cases int8, persons int8)
SELECT programme, result, closed_year AS year, count(*) AS cases, sum(persons) AS persons
  FROM case_statistics
 WHERE org = sec.org() AND closed_year = $year AND ($programme::text IS NULL OR programme = $programme)
 GROUP BY programme, result, closed_year HAVING count(*) >= $smallest
 ORDER BY programme, result NULLS LAST LIMIT 1000;

-- q_rights_erased_person(person_id uuid, now timestamptz) -> exactly 1
UPDATE persons SET erased_at = $now, updated_at = $now WHERE id = $person_id;

-- q_rights_erased_cases(own uuid[], now timestamptz) -> any
UPDATE cases SET erased_at = $now, updated_at = $now WHERE id = ANY ($own::uuid[]);

-- q_rights_restrict(id uuid, now timestamptz) -> any
UPDATE persons SET restricted_at = $now, restriction_reason = 'An erasure was approved.', version = version + 1, updated_at = $now
 WHERE id = $id AND restricted_at IS NULL;

-- ---- retention ----

-- q_retention_case(id uuid, today date) -> maybe retention_case(over bool, held bool, persons uuid[])    lane: own
SELECT c.closed_at IS NOT NULL AND c.retain_until < $today AS over, c.legal_hold AS held,
       ARRAY(SELECT DISTINCT cp.person_id FROM case_persons cp JOIN persons p ON p.org = cp.org AND p.id = cp.person_id
              WHERE cp.org = c.org AND cp.case_id = c.id AND p.erased_at IS NULL ORDER BY cp.person_id) AS persons
  FROM cases c WHERE c.id = $id AND c.erased_at IS NULL AND c.retain_until IS NOT NULL;
