-- Messages to persons whom the cases service does not know are found by what they rest on (libcommon/app/schema/0006): $2 then holds the
-- assignments of an expert, and invitations to a survey.

CREATE FUNCTION subject_messages(person uuid, own uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT m.id FROM messages m
     WHERE m.person_id = person OR m.case_id = ANY (own) OR m.ref_id = ANY (own) OR (m.basis_kind = 'survey' AND m.basis_id = ANY (own))
$$;

CREATE OR REPLACE FUNCTION wf.subject_blocks(person uuid, own uuid[], today date) RETURNS TABLE (code text, kind text, id uuid) LANGUAGE sql STABLE AS $$
    SELECT 'message.sending', 'message', m.id FROM messages m WHERE m.id IN (SELECT subject_messages(person, own)) AND m.status = 'sending'
$$;

DELETE FROM wf.subject_tables WHERE tbl IN ('messages', 'message_attempts', 'message_due', 'inbox_items');
SELECT wf.subject_table('messages', 'delete', 't.id IN (SELECT subject_messages($1, $2))', 'id topic class status send_at sent_at channel language created_at',
    also => 't.person_id = $1 OR (t.id IN (SELECT subject_messages($1, $2)) AND t.user_id IS NULL AND t.sensitivity = '''')');
SELECT wf.subject_table('message_attempts', 'delete', 't.message_id IN (SELECT subject_messages($1, $2))');
SELECT wf.subject_table('message_due', 'delete', 't.message_id IN (SELECT subject_messages($1, $2))');
SELECT wf.subject_table('inbox_items', 'delete', 't.case_id = ANY ($2) OR t.message_id IN (SELECT subject_messages($1, $2))');
