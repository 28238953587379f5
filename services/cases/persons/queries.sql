-- Persons, their names and keys, identifiers, contact points, residence statuses, stays; external references.

-- q_person_insert{id uuid, birth jsonb?, birth_first date?, birth_last date?, sex text, nationalities text[], languages jsonb,
--   interpreter_needed bool, now timestamptz} -> exactly 1
INSERT INTO persons (id, org, birth_date, birth_estimated, birth_first, birth_last, sex, nationalities, languages,
                     interpreter_needed, created_at, updated_at)
VALUES ($id, sec.org(), $birth->>'value', coalesce(($birth->>'estimated')::bool, false), $birth_first, $birth_last, $sex,
        $nationalities, $languages, $interpreter_needed, $now, $now);

-- q_person_names_add(person_id uuid, names jsonb) -> any
INSERT INTO person_names (org, person_id, position, kind, given, family, script)
SELECT sec.org(), $person_id, n.i::int4, n.name->>'kind', n.name->>'given', n.name->>'family', n.name->>'script'
  FROM jsonb_array_elements($names) WITH ORDINALITY AS n (name, i);

-- q_person_name_keys_add(person_id uuid, names jsonb) -> any
INSERT INTO person_name_keys (org, key, person_id)
SELECT DISTINCT sec.org(), k, $person_id
  FROM jsonb_array_elements($names) AS n (name), name_keys(n.name->>'given', n.name->>'family') AS k
 WHERE k <> '';

-- q_person_names_drop(person_id uuid) -> any
DELETE FROM person_names WHERE org = sec.org() AND person_id = $person_id;

-- q_person_name_keys_drop(person_id uuid) -> any
DELETE FROM person_name_keys WHERE org = sec.org() AND person_id = $person_id;

-- q_person_identifier_add{id uuid, person_id uuid, position int4, kind text, number_sealed bytea, number_index bytea, country text?,
--   issued_on date?, expires_on date?} -> exactly 1
INSERT INTO person_identifiers (id, org, person_id, position, kind, number_sealed, number_index, country, issued_on, expires_on)
VALUES ($id, sec.org(), $person_id, $position, $kind, $number_sealed, $number_index, $country, $issued_on, $expires_on);

-- q_person_identifiers_drop(person_id uuid) -> any
DELETE FROM person_identifiers WHERE org = sec.org() AND person_id = $person_id;

-- q_person_identifiers(person_id uuid) -> many person_identifier(id uuid, kind text, number_sealed bytea, country text?, issued_on date?,
--   expires_on date?)
SELECT id, kind, number_sealed, country, issued_on, expires_on
  FROM person_identifiers
 WHERE org = sec.org() AND person_id = $person_id
 ORDER BY position;

-- q_person_get(id uuid) -> one person_row(id uuid, names jsonb, birth_date jsonb?, sex text, nationalities text[], languages jsonb,
--   interpreter_needed bool, deceased_on date?, contact_points jsonb, identifiers jsonb?, external_refs jsonb, restriction jsonb?,
--   allowed_actions text[], version int4, created_at timestamptz, updated_at timestamptz)
SELECT p.id,
       (SELECT jsonb_agg(jsonb_build_object('given', n.given, 'family', n.family, 'kind', n.kind, 'script', n.script) ORDER BY n.position)
          FROM person_names n WHERE n.org = p.org AND n.person_id = p.id) AS names,
       CASE WHEN p.birth_date IS NOT NULL THEN jsonb_build_object('value', p.birth_date, 'estimated', p.birth_estimated) END AS birth_date,
       p.sex, p.nationalities, p.languages, p.interpreter_needed, p.deceased_on,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'kind', c.kind, 'value', c.value, 'preferred', c.preferred, 'zone', c.zone,
                                                     'safeHours', c.safe_hours, 'safeToContact', c.safe_to_contact,
                                                     'version', c.version) ORDER BY c.id), '[]')
          FROM contact_points c WHERE c.org = p.org AND c.person_id = p.id AND c.ended_at IS NULL) AS contact_points,
       NULL::jsonb AS identifiers,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('organisation', r.organisation, 'value', r.value) ORDER BY r.organisation, r.value), '[]')
          FROM external_refs r WHERE r.org = p.org AND r.subject = p.id AND r.kind = 'person') AS external_refs,
       CASE WHEN p.restricted_at IS NOT NULL
            THEN jsonb_build_object('since', rfc3339(p.restricted_at), 'reason', p.restriction_reason) END AS restriction,
       '{}'::text[] AS allowed_actions,
       p.version, p.created_at, p.updated_at
  FROM persons p
 WHERE p.id = $id;

-- The principal of a case, for expand: in the round trip of the case itself.
-- q_person_of_case(case_id uuid) -> one person_row
SELECT p.id,
       (SELECT jsonb_agg(jsonb_build_object('given', n.given, 'family', n.family, 'kind', n.kind, 'script', n.script) ORDER BY n.position)
          FROM person_names n WHERE n.org = p.org AND n.person_id = p.id) AS names,
       CASE WHEN p.birth_date IS NOT NULL THEN jsonb_build_object('value', p.birth_date, 'estimated', p.birth_estimated) END AS birth_date,
       p.sex, p.nationalities, p.languages, p.interpreter_needed, p.deceased_on,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'kind', c.kind, 'value', c.value, 'preferred', c.preferred, 'zone', c.zone,
                                                     'safeHours', c.safe_hours, 'safeToContact', c.safe_to_contact,
                                                     'version', c.version) ORDER BY c.id), '[]')
          FROM contact_points c WHERE c.org = p.org AND c.person_id = p.id AND c.ended_at IS NULL) AS contact_points,
       NULL::jsonb AS identifiers,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('organisation', r.organisation, 'value', r.value) ORDER BY r.organisation, r.value), '[]')
          FROM external_refs r WHERE r.org = p.org AND r.subject = p.id AND r.kind = 'person') AS external_refs,
       CASE WHEN p.restricted_at IS NOT NULL
            THEN jsonb_build_object('since', rfc3339(p.restricted_at), 'reason', p.restriction_reason) END AS restriction,
       '{}'::text[] AS allowed_actions,
       p.version, p.created_at, p.updated_at
  FROM persons p
 WHERE p.id = (SELECT c.principal_id FROM cases c WHERE c.id = $case_id);

-- q_person_lock(id uuid) -> one person_lock(birth_date jsonb?, sex text, nationalities text[], languages jsonb, interpreter_needed bool,
--   deceased_on date?, birth_first_ date?, birth_last_ date?, restricted_at_ timestamptz?, version_ int4)
SELECT CASE WHEN birth_date IS NOT NULL THEN jsonb_build_object('value', birth_date, 'estimated', birth_estimated) END AS birth_date,
       sex, nationalities, languages, interpreter_needed, deceased_on, birth_first AS birth_first_, birth_last AS birth_last_,
       restricted_at AS restricted_at_, version AS version_
  FROM persons
 WHERE id = $id
   FOR UPDATE;

-- q_person_save{id uuid, birth jsonb?, birth_first date?, birth_last date?, sex text, nationalities text[], languages jsonb,
--   interpreter_needed bool, deceased_on date?, now timestamptz} -> exactly 1
UPDATE persons
   SET birth_date = $birth->>'value', birth_estimated = coalesce(($birth->>'estimated')::bool, false), birth_first = $birth_first,
       birth_last = $birth_last, sex = $sex, nationalities = $nationalities, languages = $languages,
       interpreter_needed = $interpreter_needed, deceased_on = $deceased_on, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_person_restrict(id uuid, restricted_at timestamptz?, reason text?, now timestamptz) -> exactly 1
UPDATE persons
   SET restricted_at = $restricted_at, restriction_reason = $reason, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_person_exists(id uuid) -> one person_exists(restricted_at timestamptz?)
SELECT restricted_at FROM persons WHERE id = $id;

-- q_persons_restricted(case_id uuid) -> one persons_restricted(restricted bool)
SELECT EXISTS (SELECT 1 FROM case_persons cp JOIN persons p ON p.org = cp.org AND p.id = cp.person_id
                WHERE cp.org = sec.org() AND cp.case_id = $case_id AND cp.left_at IS NULL AND p.restricted_at IS NOT NULL) AS restricted;

-- q_person_search{name text?, birth_first date?, birth_last date?, number_index bytea?, number_index_old bytea?, ref_organisation text?, ref_value text?}
--   -> list person_hit(id uuid, names jsonb, birth_date jsonb?, sex text, nationalities text[], sort_updated_at_ timestamptz)
SELECT p.id,
       (SELECT jsonb_agg(jsonb_build_object('given', n.given, 'family', n.family, 'kind', n.kind, 'script', n.script) ORDER BY n.position)
          FROM person_names n WHERE n.org = p.org AND n.person_id = p.id) AS names,
       CASE WHEN p.birth_date IS NOT NULL THEN jsonb_build_object('value', p.birth_date, 'estimated', p.birth_estimated) END AS birth_date,
       p.sex, p.nationalities, p.updated_at AS sort_updated_at_
  FROM persons p
 WHERE p.org = sec.org()
--? name AND p.id IN (SELECT k.person_id FROM person_name_keys k WHERE k.org = sec.org() AND name_key($name) <> '' AND k.key >= name_key($name) AND k.key < name_key($name) || U&'\+10FFFF')
--? birth AND p.birth_first <= $birth_last AND p.birth_last >= $birth_first
--? identifier AND p.id IN (SELECT i.person_id FROM person_identifiers i WHERE i.org = sec.org() AND i.number_index IN ($number_index, $number_index_old))
--? ref AND p.id IN (SELECT r.subject FROM external_refs r WHERE r.org = sec.org() AND r.kind = 'person' AND r.organisation = $ref_organisation AND r.value = $ref_value)
--sort -updatedAt p.updated_at timestamptz
--id p.id
;

-- q_external_refs_add(kind text, subject uuid, refs jsonb) -> one external_refs_added(n int4)
WITH added AS (
    INSERT INTO external_refs (org, kind, organisation, value, subject)
    SELECT sec.org(), $kind, r.ref->>'organisation', r.ref->>'value', $subject
      FROM jsonb_array_elements($refs) AS r (ref)
        ON CONFLICT DO NOTHING
 RETURNING 1)
SELECT count(*)::int4 AS n FROM added;

-- q_external_refs_drop(kind text, subject uuid) -> any
DELETE FROM external_refs WHERE org = sec.org() AND kind = $kind AND subject = $subject;

-- ---- contact points ----

-- q_contact_point_insert{id uuid, person_id uuid, kind text, value text, preferred bool, zone text, safe_hours jsonb?,
--   safe_to_contact jsonb, now timestamptz} -> exactly 1
INSERT INTO contact_points (id, org, person_id, kind, value, preferred, zone, safe_hours, safe_to_contact, created_at, updated_at)
VALUES ($id, sec.org(), $person_id, $kind, $value, $preferred, $zone, $safe_hours, $safe_to_contact, $now, $now);

-- q_contact_point_list(person_id uuid) -> many contact_point_row(id uuid, kind text, value text, preferred bool, zone text,
--   safe_hours jsonb?, safe_to_contact jsonb, version int4, created_at timestamptz, updated_at timestamptz)
SELECT id, kind, value, preferred, zone, safe_hours, safe_to_contact, version, created_at, updated_at
  FROM contact_points
 WHERE org = sec.org() AND person_id = $person_id AND ended_at IS NULL
 ORDER BY id;

-- q_contact_point_get(person_id uuid, id uuid) -> one contact_point_row
SELECT id, kind, value, preferred, zone, safe_hours, safe_to_contact, version, created_at, updated_at
  FROM contact_points
 WHERE person_id = $person_id AND id = $id AND ended_at IS NULL;

-- q_contact_point_lock(person_id uuid, id uuid) -> one contact_point_row
SELECT id, kind, value, preferred, zone, safe_hours, safe_to_contact, version, created_at, updated_at
  FROM contact_points
 WHERE person_id = $person_id AND id = $id AND ended_at IS NULL
   FOR UPDATE;

-- q_contact_point_save{id uuid, value text, preferred bool, zone text, safe_hours jsonb?, safe_to_contact jsonb, now timestamptz} -> exactly 1
UPDATE contact_points
   SET value = $value, preferred = $preferred, zone = $zone, safe_hours = $safe_hours, safe_to_contact = $safe_to_contact,
       version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_contact_point_end(id uuid, now timestamptz) -> exactly 1
UPDATE contact_points SET ended_at = $now, preferred = false, version = version + 1, updated_at = $now WHERE id = $id;

-- One preferred contact point per person: the others give it up.
-- q_contact_points_unprefer(person_id uuid, except_id uuid, now timestamptz) -> any
UPDATE contact_points
   SET preferred = false, version = version + 1, updated_at = $now
 WHERE org = sec.org() AND person_id = $person_id AND id <> $except_id AND preferred AND ended_at IS NULL;

-- ---- residence statuses ----

-- q_residence_status_list(person_id uuid) -> many residence_status_row(id uuid, country text, kind text, document_number text?,
--   valid_from date?, valid_until date?, source text, verified_by text?, verified_at timestamptz?, version int4, created_at timestamptz,
--   updated_at timestamptz, sealed bytea?)
SELECT id, country, kind, NULL::text AS document_number, valid_from, valid_until, source, verified_by, verified_at, version, created_at,
       updated_at, document_number AS sealed
  FROM residence_statuses
 WHERE org = sec.org() AND person_id = $person_id
 ORDER BY valid_from DESC NULLS LAST, id DESC
 LIMIT 100;

-- q_residence_status_get(person_id uuid, id uuid) -> one residence_status_row
SELECT id, country, kind, NULL::text AS document_number, valid_from, valid_until, source, verified_by, verified_at, version, created_at,
       updated_at, document_number AS sealed
  FROM residence_statuses
 WHERE person_id = $person_id AND id = $id;

-- q_residence_status_lock(person_id uuid, id uuid) -> one residence_status_row
SELECT id, country, kind, NULL::text AS document_number, valid_from, valid_until, source, verified_by, verified_at, version, created_at,
       updated_at, document_number AS sealed
  FROM residence_statuses
 WHERE person_id = $person_id AND id = $id
   FOR UPDATE;

-- q_residence_status_insert{id uuid, person_id uuid, country text, kind text, document_number bytea?, valid_from date?, valid_until date?,
--   source text, verified_by text?, verified_at timestamptz?, now timestamptz} -> exactly 1
INSERT INTO residence_statuses (id, org, person_id, country, kind, document_number, valid_from, valid_until, source, verified_by,
                                verified_at, created_at, updated_at)
VALUES ($id, sec.org(), $person_id, $country, $kind, $document_number, $valid_from, $valid_until, $source, $verified_by, $verified_at,
        $now, $now);

-- q_residence_status_save{id uuid, country text, kind text, document_number bytea?, valid_from date?, valid_until date?,
--   source text, verified_by text?, verified_at timestamptz?, now timestamptz} -> exactly 1
UPDATE residence_statuses
   SET country = $country, kind = $kind, document_number = $document_number, valid_from = $valid_from, valid_until = $valid_until,
       source = $source, verified_by = $verified_by, verified_at = $verified_at, version = version + 1, updated_at = $now
 WHERE id = $id;

-- ---- stays ----

-- q_stay_list(person_id uuid) -> many stay_row(id uuid, kind text, organisation text?, place text, from_on date, until_on date?,
--   version int4, created_at timestamptz, updated_at timestamptz)
SELECT id, kind, organisation, place, from_on, until_on, version, created_at, updated_at
  FROM stays
 WHERE org = sec.org() AND person_id = $person_id
 ORDER BY from_on DESC, id DESC
 LIMIT 100;

-- q_stay_get(person_id uuid, id uuid) -> one stay_row
SELECT id, kind, organisation, place, from_on, until_on, version, created_at, updated_at
  FROM stays
 WHERE person_id = $person_id AND id = $id;

-- q_stay_lock(person_id uuid, id uuid) -> one stay_row
SELECT id, kind, organisation, place, from_on, until_on, version, created_at, updated_at
  FROM stays
 WHERE person_id = $person_id AND id = $id
   FOR UPDATE;

-- q_stay_insert{id uuid, person_id uuid, kind text, organisation text?, place text, from_on date, until_on date?, now timestamptz} -> exactly 1
INSERT INTO stays (id, org, person_id, kind, organisation, place, from_on, until_on, created_at, updated_at)
VALUES ($id, sec.org(), $person_id, $kind, $organisation, $place, $from_on, $until_on, $now, $now);

-- q_stay_save{id uuid, kind text, organisation text?, place text, from_on date, until_on date?, now timestamptz} -> exactly 1
UPDATE stays
   SET kind = $kind, organisation = $organisation, place = $place, from_on = $from_on, until_on = $until_on, version = version + 1,
       updated_at = $now
 WHERE id = $id;
