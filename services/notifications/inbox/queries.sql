-- Statements of the staff inbox. The row policy lets the service see only the reader's own.

-- q_staff_inbox_add{id uuid, user_id text, topic text, subject text, body text, case_id uuid?, message_id uuid, now timestamptz} -> any
INSERT INTO inbox_items (id, org, user_id, topic, subject, body, case_id, message_id, created_at)
VALUES ($id, sec.org(), $user_id, $topic, $subject, $body, $case_id, $message_id, $now)
ON CONFLICT (org, message_id) DO NOTHING;

-- q_staff_inbox_list{unread bool?} -> list staff_inbox_row(id uuid, topic text, subject text, body text, case_id uuid?, read bool, read_at timestamptz?, version int4, created_at timestamptz)
SELECT id, topic, subject, body, case_id, read_at IS NOT NULL AS read, read_at, version, created_at FROM inbox_items WHERE true
--? unread AND (read_at IS NULL) = $unread
--sort -createdAt created_at timestamptz
;

-- q_staff_inbox_get(id uuid) -> one staff_inbox_row
SELECT id, topic, subject, body, case_id, read_at IS NOT NULL AS read, read_at, version, created_at FROM inbox_items WHERE id = $id;

-- q_staff_inbox_after(after uuid) -> many staff_inbox_row
SELECT id, topic, subject, body, case_id, read_at IS NOT NULL AS read, read_at, version, created_at FROM inbox_items
 WHERE id > $after ORDER BY id LIMIT 100;

-- q_staff_inbox_last() -> maybe staff_inbox_last(id uuid)
SELECT id FROM inbox_items ORDER BY id DESC LIMIT 1;

-- q_staff_inbox_lock(id uuid) -> one staff_inbox_locked(read_at timestamptz?)        lane: own
SELECT read_at FROM inbox_items WHERE id = $id FOR UPDATE;

-- q_staff_inbox_read(id uuid, now timestamptz) -> exactly 1
UPDATE inbox_items SET read_at = coalesce(read_at, $now), version = version + 1 WHERE id = $id;

-- q_preferences_get() -> maybe preferences_row(languages text[], muted text[], version int4)
SELECT languages, muted, version FROM preferences WHERE user_id = sec.sub();

-- q_staff_preferences(user_id text) -> maybe staff_preferences(languages text[], muted text[])
SELECT languages, muted FROM preferences WHERE user_id = $user_id;

-- q_preferences_lock() -> maybe preferences_locked(version int4)        lane: own
SELECT version FROM preferences WHERE user_id = sec.sub() FOR UPDATE;

-- q_preferences_put{languages text[], muted text[], now timestamptz} -> exactly 1
INSERT INTO preferences (org, user_id, languages, muted, updated_at) VALUES (sec.org(), sec.sub(), $languages, $muted, $now)
ON CONFLICT (org, user_id) DO UPDATE SET languages = excluded.languages, muted = excluded.muted, version = preferences.version + 1,
                                         updated_at = excluded.updated_at;
