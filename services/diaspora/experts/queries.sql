-- Statements of experts.

-- q_expert_brief(id uuid) -> maybe expert_brief(programmes text[], status text, restricted bool)
SELECT programmes, status, restricted_at IS NOT NULL AS restricted FROM experts WHERE id = $id;

-- q_expert_get(id uuid) -> one expert_row(id uuid, programmes text[], names jsonb, birth_date jsonb?, sex text, residence_country text,
--   languages jsonb, contact_points jsonb, documents jsonb, competences jsonb, windows jsonb, status text, restriction jsonb?, version int4,
--   created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions text[])
SELECT id, programmes, names, birth_date, sex, residence_country, languages, contact_points, documents,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'uri', c.uri, 'label', c.label, 'evidence', c.evidence, 'source', c.source)
                                  ORDER BY c.created_at, c.id), '[]')
          FROM expert_competences c WHERE c.org = e.org AND c.expert_id = e.id AND c.ended_at IS NULL) AS competences,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', w.id, 'kind', w.kind, 'startsOn', w.starts_on, 'endsOn', w.ends_on, 'note', w.note)
                                  ORDER BY w.starts_on, w.id), '[]')
          FROM expert_windows w WHERE w.org = e.org AND w.expert_id = e.id AND w.ended_at IS NULL) AS windows,
       status,
       CASE WHEN restricted_at IS NOT NULL
            THEN jsonb_build_object('since', wf.rfc3339(restricted_at), 'reason', restriction_reason) END AS restriction,
       version, created_by, created_at, updated_at,
       CASE WHEN restricted_at IS NULL AND sec.has('experts:write') THEN '{patch,addCompetence,addWindow}'::text[] ELSE '{}' END
       || CASE WHEN NOT sec.has('experts:restrict') THEN '{}' WHEN restricted_at IS NULL THEN '{restrict}' ELSE '{liftRestriction}'::text[] END
          AS allowed_actions
  FROM experts e WHERE id = $id;

-- Who looks for candidates does not find whose data are restricted; by name alone they are found, to be looked after.
-- q_expert_search{name text?, competence text?, language text?, residence_country text?, programme text?, window_from date?, window_until date?}
--   -> list expert_hit(id uuid, programmes text[], names jsonb, residence_country text, languages jsonb, status text,
--   sort_updated_at_ timestamptz)
SELECT e.id, e.programmes, e.names, e.residence_country, e.languages, e.status, e.updated_at AS sort_updated_at_
  FROM experts e
 WHERE e.org = sec.org() AND e.status = 'active'
--? name AND e.id IN (SELECT k.expert_id FROM expert_name_keys k WHERE k.org = sec.org() AND name_key($name) <> '' AND k.key >= name_key($name) AND k.key < name_key($name) || U&'\+10FFFF')
--? competence AND e.id IN (SELECT c.expert_id FROM expert_competences c WHERE c.org = sec.org() AND c.uri = $competence AND c.ended_at IS NULL)
--? language AND EXISTS (SELECT 1 FROM jsonb_array_elements(e.languages) l WHERE l->>'language' = $language)
--? residenceCountry AND e.residence_country = $residence_country
--? programme AND $programme = ANY (e.programmes)
--? window AND e.id IN (SELECT w.expert_id FROM expert_windows w WHERE w.org = sec.org() AND w.kind = 'available' AND w.ended_at IS NULL AND w.starts_on <= $window_from AND w.ends_on >= $window_until) AND e.id NOT IN (SELECT w.expert_id FROM expert_windows w WHERE w.org = sec.org() AND w.kind = 'unavailable' AND w.ended_at IS NULL AND w.starts_on <= $window_until AND w.ends_on >= $window_from)
--? candidates AND e.restricted_at IS NULL
--sort -updatedAt e.updated_at timestamptz
--id e.id
;

-- q_expert_lock(id uuid) -> one expert_locked(programmes text[], names jsonb, birth_date jsonb?, sex text, residence_country text,
--   languages jsonb, contact_points jsonb, documents jsonb, status text, restricted_at_ timestamptz?, version_ int4)        lane: own
SELECT programmes, names, birth_date, sex, residence_country, languages, contact_points, documents, status, restricted_at AS restricted_at_,
       version AS version_
  FROM experts WHERE id = $id FOR UPDATE;

-- q_expert_add{id uuid, programmes text[], names jsonb, birth_date jsonb?, sex text, residence_country text, languages jsonb,
--   contact_points jsonb, documents jsonb, by text, now timestamptz} -> exactly 1
INSERT INTO experts (id, org, programmes, names, birth_date, sex, residence_country, languages, contact_points, documents, created_by,
                     created_at, updated_at)
VALUES ($id, sec.org(), $programmes, $names, $birth_date, $sex, $residence_country, $languages, $contact_points, $documents, $by, $now, $now);

-- q_expert_save{id uuid, programmes text[], names jsonb, birth_date jsonb?, sex text, residence_country text, languages jsonb,
--   contact_points jsonb, documents jsonb, status text, now timestamptz} -> exactly 1
UPDATE experts SET programmes = $programmes, names = $names, birth_date = $birth_date, sex = $sex, residence_country = $residence_country,
       languages = $languages, contact_points = $contact_points, documents = $documents, status = $status, version = version + 1,
       updated_at = $now
 WHERE id = $id;

-- q_expert_restrict(id uuid, restricted_at timestamptz?, reason text?, now timestamptz) -> exactly 1
UPDATE experts SET restricted_at = $restricted_at, restriction_reason = $reason, version = version + 1, updated_at = $now WHERE id = $id;

-- Nobody is found when it is no expert, or restricted already.
-- q_expert_erasure_approved(id uuid, now timestamptz) -> maybe expert_restricted(id uuid)
UPDATE experts SET restricted_at = $now, restriction_reason = 'An erasure was approved.', version = version + 1, updated_at = $now
 WHERE id = $id AND restricted_at IS NULL AND NOT erased RETURNING id;

-- q_expert_touch(id uuid, now timestamptz) -> exactly 1
UPDATE experts SET version = version + 1, updated_at = $now WHERE id = $id;

-- q_expert_name_keys_add(expert_id uuid, names jsonb) -> any
INSERT INTO expert_name_keys (org, key, expert_id)
SELECT DISTINCT sec.org(), k, $expert_id
  FROM jsonb_array_elements($names) AS n (name), name_keys(n.name->>'given', n.name->>'family') AS k
 WHERE k <> '';

-- q_expert_name_keys_drop(expert_id uuid) -> any
DELETE FROM expert_name_keys WHERE org = sec.org() AND expert_id = $expert_id;

-- ---- competences and windows ----

-- q_competence_of(expert_id uuid, uri text) -> maybe competence_id(id uuid)
SELECT id FROM expert_competences WHERE org = sec.org() AND uri = $uri AND expert_id = $expert_id AND ended_at IS NULL;

-- q_competence_lock(expert_id uuid, id uuid) -> one competence_locked(label text, evidence text, source text?)        lane: own
SELECT label, evidence, source FROM expert_competences WHERE expert_id = $expert_id AND id = $id AND ended_at IS NULL FOR UPDATE;

-- q_competence_add{id uuid, expert_id uuid, uri text, label text, evidence text, source text?, by text, now timestamptz} -> exactly 1
INSERT INTO expert_competences (id, org, expert_id, uri, label, evidence, source, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $expert_id, $uri, $label, $evidence, $source, $by, $now, $now);

-- q_competence_save{id uuid, label text, evidence text, source text?, now timestamptz} -> exactly 1
UPDATE expert_competences SET label = $label, evidence = $evidence, source = $source, version = version + 1, updated_at = $now WHERE id = $id;

-- q_competence_end(id uuid, now timestamptz) -> exactly 1
UPDATE expert_competences SET ended_at = $now, updated_at = $now WHERE id = $id;

-- q_window_find(expert_id uuid, id uuid) -> one window_id(id uuid)
SELECT id FROM expert_windows WHERE expert_id = $expert_id AND id = $id AND ended_at IS NULL;

-- q_window_add{id uuid, expert_id uuid, kind text, starts_on date, ends_on date, note text?, by text, now timestamptz} -> exactly 1
INSERT INTO expert_windows (id, org, expert_id, kind, starts_on, ends_on, note, created_by, created_at)
VALUES ($id, sec.org(), $expert_id, $kind, $starts_on, $ends_on, $note, $by, $now);

-- q_window_end(id uuid, now timestamptz) -> exactly 1
UPDATE expert_windows SET ended_at = $now WHERE id = $id;

-- ---- residence ----

-- q_expert_seen(id uuid) -> one expert_seen(id uuid)
SELECT id FROM experts WHERE id = $id;

-- q_residence_get(expert_id uuid) -> maybe residence_sealed(sealed bytea, verified_by text?, verified_at timestamptz?, version int4)
SELECT sealed, verified_by, verified_at, version FROM expert_residences WHERE expert_id = $expert_id;

-- q_residence_lock(expert_id uuid) -> maybe residence_sealed        lane: own
SELECT sealed, verified_by, verified_at, version FROM expert_residences WHERE expert_id = $expert_id FOR UPDATE;

-- q_residence_add{expert_id uuid, sealed bytea, verified_by text?, verified_at timestamptz?, now timestamptz} -> exactly 1
INSERT INTO expert_residences (expert_id, org, sealed, verified_by, verified_at, updated_at)
VALUES ($expert_id, sec.org(), $sealed, $verified_by, $verified_at, $now);

-- q_residence_save{expert_id uuid, sealed bytea, verified_by text?, verified_at timestamptz?, now timestamptz} -> exactly 1
UPDATE expert_residences SET sealed = $sealed, verified_by = $verified_by, verified_at = $verified_at, version = version + 1, updated_at = $now
 WHERE expert_id = $expert_id;

-- Nothing if the reader may not know of the expert.
-- The latest, where there are more than a question may name (AccessTrailQuestion).
-- q_expert_trail(id uuid) -> one expert_trail(own uuid[])
SELECT ARRAY(SELECT o.id FROM subject_own(e.id) AS o (id) ORDER BY o.id DESC LIMIT 1000) AS own FROM experts AS e WHERE e.id = $id;
