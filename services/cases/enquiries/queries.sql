-- Enquiries: ours alone.

-- q_enquiry_add{id uuid, channel text, language text, topic text, programme text?, place text?, happened_at timestamptz, name text?, note text?, outcome text, by text, now timestamptz} -> exactly 1
INSERT INTO enquiries (id, org, channel, language, topic, programme, place, happened_at, name, note, outcome, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $channel, $language, $topic, $programme, $place, $happened_at, $name, $note, $outcome, $by, $now, $now);

-- q_enquiry_get(id uuid) -> one enquiry_row(id uuid, channel text, language text, topic text, programme text?, place text?, happened_at timestamptz, name text?,
--   note text?, outcome text, case_id uuid?, created_by text, created_at timestamptz, updated_at timestamptz, version_ int4)
SELECT id, channel, language, topic, programme, place, happened_at, name, note, outcome, case_id, created_by, created_at, updated_at,
       version AS version_
  FROM enquiries WHERE id = $id;

-- q_enquiry_lock(id uuid) -> one enquiry_row
SELECT id, channel, language, topic, programme, place, happened_at, name, note, outcome, case_id, created_by, created_at, updated_at,
       version AS version_
  FROM enquiries WHERE id = $id FOR UPDATE;

-- q_enquiry_list{channel text?, topic text?, outcome text?} -> list enquiry_row
SELECT id, channel, language, topic, programme, place, happened_at, name, note, outcome, case_id, created_by, created_at, updated_at,
       version AS version_
  FROM enquiries WHERE org = sec.org()
--? channel AND channel = $channel
--? topic   AND topic = $topic
--? outcome AND outcome = $outcome
--sort -happenedAt happened_at timestamptz
;

-- q_enquiry_save{id uuid, channel text, language text, topic text, place text?, happened_at timestamptz, name text?, note text?, outcome text, case_id uuid?, now timestamptz} -> exactly 1
UPDATE enquiries SET channel = $channel, language = $language, topic = $topic, place = $place, happened_at = $happened_at, name = $name,
       note = $note, outcome = $outcome, case_id = $case_id, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_enquiry_case(id uuid) -> maybe enquiry_case(id uuid)
SELECT id FROM cases WHERE org = sec.org() AND id = $id;
