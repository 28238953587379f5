-- Statements of notes.

-- q_note_case(case_id uuid) -> one note_case(id uuid)
SELECT id FROM cases WHERE id = $case_id;

-- q_note_get(id uuid) -> one note_row(id uuid, case_id uuid, kind text, text text, visibility text, version int4, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT id, case_id, kind, text, visibility, version, created_by, created_at, updated_at, allowed_actions FROM notes_shown WHERE id = $id;

-- q_note_list{case_id uuid, kind text?} -> list note_row
SELECT id, case_id, kind, text, visibility, version, created_by, created_at, updated_at, allowed_actions FROM notes_shown
 WHERE case_id = $case_id
--? kind AND kind = $kind
--sort -createdAt created_at timestamptz
;

-- q_note_lock(id uuid) -> one note_locked(text text, created_by text, version int4, updated_at timestamptz)        lane: own
SELECT text, created_by, version, updated_at FROM notes WHERE id = $id FOR UPDATE;

-- q_note_add{id uuid, case_id uuid, kind text, text text, visibility text, by text, now timestamptz} -> exactly 1
INSERT INTO notes (id, org, case_id, kind, text, visibility, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $case_id, $kind, $text, $visibility, $by, $now, $now);

-- q_note_keep{id uuid, version int4, text text, by text, at timestamptz} -> exactly 1
INSERT INTO note_versions (org, note_id, version, text, written_by, written_at) VALUES (sec.org(), $id, $version, $text, $by, $at);

-- q_note_save{id uuid, text text, now timestamptz} -> exactly 1
UPDATE notes SET text = $text, version = version + 1, updated_at = $now WHERE id = $id;

-- q_note_versions(id uuid) -> many note_version_row(version int4, text text, written_by text, written_at timestamptz)
SELECT version, text, written_by, written_at FROM note_versions WHERE note_id = $id ORDER BY version LIMIT 200;
